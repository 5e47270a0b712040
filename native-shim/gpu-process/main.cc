// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "painter.h"

// scanout-gpu [NODE]: imports dma-bufs into one GPU for the process at the other end of
// descriptor 3. Drivers crash over buffers that they do not expect; here that costs nothing but
// this process.

namespace scanout::gpu {
namespace {

constexpr int socketNumber = 3;

struct Answer {
  std::string payload;
  UniqueFd fd;
};

/** A linear AR24 buffer of the device's own. */
class OwnBuffer {
 public:
  OwnBuffer(const Device& device, const Request& request)
      : width_(request.width), height_(request.height) {
    if (!device.gbmDevice())
      throw Trouble{Status::unsupported, "there is no device to allocate from"};
    constexpr uint32_t rendering = 1 << 2;
    constexpr uint32_t linear = 1 << 4;
    buffer_ = gbm().bo_create(device.gbmDevice(), width_, height_, ar24, rendering | linear);
    if (!buffer_) throw Trouble{Status::unsupported, "it cannot allocate a linear buffer"};
  }
  ~OwnBuffer() { gbm().bo_destroy(buffer_); }
  OwnBuffer(const OwnBuffer&) = delete;
  OwnBuffer& operator=(const OwnBuffer&) = delete;

  /** Puts the bytes of a file into it, whose rows are tight. */
  void fill(int pixels) {
    constexpr uint32_t writing = 1 << 1;
    uint32_t stride = 0;
    void* mapping = nullptr;
    void* rows = gbm().bo_map(buffer_, 0, 0, width_, height_, writing, &stride, &mapping);
    if (!rows) throw Trouble{Status::unsupported, "its buffer cannot be written"};
    const size_t length = static_cast<size_t>(width_) * 4;
    bool isWhole = stride >= length;
    for (uint32_t row = 0; isWhole && row < height_; ++row) {
      auto* to = static_cast<char*>(rows) + static_cast<size_t>(row) * stride;
      const auto from = static_cast<off_t>(row * length);
      isWhole = pread(pixels, to, length, from) == static_cast<ssize_t>(length);
    }
    gbm().bo_unmap(buffer_, mapping);
    if (!isWhole) throw Trouble{Status::failed, "the pixels to fill it with are too few"};
  }

  /** A descriptor of it; the payload is its stride. */
  Answer share() const {
    UniqueFd fd(gbm().bo_get_fd(buffer_));
    if (!fd) throw Trouble{Status::failed, "its buffer cannot be shared"};
    const uint32_t stride = gbm().bo_get_stride(buffer_);
    return {std::string(reinterpret_cast<const char*>(&stride), sizeof stride), std::move(fd)};
  }

 private:
  uint32_t width_;
  uint32_t height_;
  GbmBuffer* buffer_ = nullptr;
};

/** Opens its device at the first request and keeps it. */
class Server {
 public:
  explicit Server(std::string node) : node_(std::move(node)) {}

  Answer serve(const Request& request, std::vector<UniqueFd>& fds) {
    if (!device_) {
      device_ = std::make_unique<Device>(node_);
      painter_ = std::make_unique<Painter>(*device_);
    }
    const auto operation = static_cast<Operation>(request.operation);
    if (operation == Operation::describe) return {device_->description(), UniqueFd()};
    if (operation == Operation::fill) return fill(request, fds);
    const ImportedImage image(*device_, request, fds, operation == Operation::probe);
    const auto target = [&]() -> const UniqueFd& {
      if (fds.size() <= request.planes) throw Trouble{Status::failed, "a descriptor is missing"};
      return fds[request.planes];
    };
    switch (operation) {
      case Operation::probe:
        painter_->probe(image);
        return {};
      case Operation::read:
        painter_->read(image, request.width, request.height, target().get());
        return {};
      case Operation::draw:
        draw(image, request, target(), request.targetStride);
        return {};
      case Operation::convert:
        return convert(image, request);
      default:
        throw Trouble{Status::failed, "the request is unknown"};
    }
  }

 private:
  Answer fill(const Request& request, const std::vector<UniqueFd>& fds) {
    if (fds.empty()) throw Trouble{Status::failed, "a descriptor is missing"};
    OwnBuffer buffer(*device_, request);
    buffer.fill(fds.front().get());
    return buffer.share();
  }

  void draw(const ImportedImage& image, const Request& request, const UniqueFd& target,
            uint32_t stride) {
    Request into = {};
    into.width = request.width;
    into.height = request.height;
    into.fourcc = ar24;
    into.planes = 1;
    const auto end = lseek(target.get(), 0, SEEK_END);
    into.memory[0] = {0, stride, end < 0 ? 0 : static_cast<uint64_t>(end)};
    if (stride / 4 < request.width)
      throw Trouble{Status::failed, "the rows to draw into are too short"};
    painter_->draw(image, ImportedImage(*device_, into, std::span(&target, 1), true), request.width,
                   request.height);
  }

  /** A buffer of the device's own with the picture. */
  Answer convert(const ImportedImage& image, const Request& request) {
    Answer answer = OwnBuffer(*device_, request).share();
    uint32_t stride = 0;
    std::memcpy(&stride, answer.payload.data(), sizeof stride);
    draw(image, request, answer.fd, stride);
    return answer;
  }

  std::string node_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<Painter> painter_;
};

/** A crash is expected: it leaves no core file. What started this ends it, too. */
bool prepare() {
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  signal(SIGPIPE, SIG_IGN);
  close_range(socketNumber + 1, ~0U, 0);
  const int flags = fcntl(socketNumber, F_GETFL);
  if (flags < 0 || fcntl(socketNumber, F_SETFD, FD_CLOEXEC) != 0) return false;
  return fcntl(socketNumber, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

int run(const std::string& node) {
  if (!prepare()) return 2;
  Server server(node);
  Incoming incoming;
  try {
    while (receive(socketNumber, incoming)) {
      const uint32_t serial = incoming.request.serial;
      bool isHeard = true;
      try {
        const Answer answer = server.serve(incoming.request, incoming.fds);
        isHeard = reply(socketNumber, serial, Status::done, answer.payload, answer.fd.get());
      } catch (const Trouble& trouble) {
        isHeard = reply(socketNumber, serial, trouble.status, trouble.words);
      }
      incoming.fds.clear();
      if (!isHeard) return 0;
    }
  } catch (const Trouble&) {
    return 3;
  }
  return 0;
}

}  // namespace
}  // namespace scanout::gpu

int main(int count, char** words) { return scanout::gpu::run(count > 1 ? words[1] : ""); }
