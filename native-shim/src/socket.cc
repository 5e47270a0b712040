// SPDX-License-Identifier: GPL-2.0-or-later
#include "socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <optional>
#include <cstddef>
#include <vector>

#include "handle.h"

namespace scanout {
namespace {

constexpr size_t maxDescriptors = 28;
constexpr size_t receiveSize = 262144;
constexpr int sendSize = 1 << 20;

struct sockaddr_un addressOf(Napi::Env env, const std::string& path, const char* syscall) {
  struct sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throwErrno(env, syscall, ENAMETOOLONG);
  path.copy(address.sun_path, path.size());
  return address;
}

UniqueFd makeSocket(Napi::Env env) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throwErrno(env, "socket");
  return fd;
}

Napi::Value connectTo(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string name = text(info, 0);
  // An abstract name begins with NUL and is as long as the address says, zero bytes included.
  const bool isAbstract = truth(info, 1);
  const std::string path = isAbstract ? std::string(1, '\0') + name : name;
  const auto address = addressOf(env, path, "connect");
  const size_t length = offsetof(struct sockaddr_un, sun_path) + path.size();
  const socklen_t size = isAbstract ? length : sizeof address;
  UniqueFd fd = makeSocket(env);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    if (errno == EAGAIN || errno == EINTR) return env.Undefined();
    throwErrno(env, "connect");
  }
  return makeFd(env, std::move(fd));
}

Napi::Value listenAt(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto address = addressOf(env, text(info, 0), "bind");
  UniqueFd fd = makeSocket(env);
  // Linux gives the socket file the mode of the socket, so it is never open to others, not even at first.
  if (fchmod(fd.get(), 0600) != 0) throwErrno(env, "fchmod");
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    throwErrno(env, "bind");
  }
  if (listen(fd.get(), 16) != 0) throwErrno(env, "listen");
  return makeFd(env, std::move(fd));
}

Napi::Value acceptOne(const Napi::CallbackInfo& info) {
  UniqueFd fd(accept4(openFd(info, 0), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd) {
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return info.Env().Undefined();
    throwErrno(info.Env(), "accept4");
  }
  return makeFd(info.Env(), std::move(fd));
}

Napi::Value pair(const Napi::CallbackInfo& info) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    throwErrno(info.Env(), "socketpair");
  }
  // A picture then comes in few pieces. The kernel takes less where net.core.wmem_max is less.
  for (const int end : ends) setsockopt(end, SOL_SOCKET, SO_SNDBUF, &sendSize, sizeof sendSize);
  UniqueFd first(ends[0]);
  UniqueFd second(ends[1]);
  auto result = Napi::Array::New(info.Env(), 2);
  result.Set(0u, makeFd(info.Env(), std::move(first)));
  result.Set(1u, makeFd(info.Env(), std::move(second)));
  return result;
}

union Control {
  struct cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(int) * maxDescriptors)> bytes;
};

std::vector<int> numbersOf(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsArray()) throwMisuse(info.Env(), "descriptors are not an array");
  const auto list = info[index].As<Napi::Array>();
  if (list.Length() > maxDescriptors) throwMisuse(info.Env(), "too many descriptors");
  std::vector<int> numbers;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const Napi::Value item = list.Get(i);
    bool matches = false;
    if (!item.IsExternal() ||
        napi_check_object_type_tag(info.Env(), item, &FdHandle::tag, &matches) != napi_ok ||
        !matches) {
      throwMisuse(info.Env(), "not a descriptor");
    }
    const auto* handle = item.As<Napi::External<FdHandle>>().Data();
    if (!handle->fd || !*handle->fd) throwMisuse(info.Env(), "descriptor is closed");
    numbers.push_back(handle->fd->get());
  }
  return numbers;
}

Napi::Value sendSome(const Napi::CallbackInfo& info) {
  const int fd = openFd(info, 0);
  const auto [data, size] = bytesOf(info, 1);
  const uint64_t offset = wholeNumber(info, 2);
  const auto numbers = numbersOf(info, 3);
  if (offset >= size) throwMisuse(info.Env(), "nothing to send");
  struct iovec part = {data + offset, size - offset};
  struct msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  Control control = {};
  if (!numbers.empty()) {
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * numbers.size());
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * numbers.size());
    memcpy(CMSG_DATA(header), numbers.data(), sizeof(int) * numbers.size());
  }
  const ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    if (errno == EAGAIN || errno == EINTR) return info.Env().Undefined();
    throwErrno(info.Env(), "sendmsg");
  }
  return Napi::Number::New(info.Env(), static_cast<double>(sent));
}

/** Owns every descriptor of a message, whatever is wrong with the rest of it. */
std::vector<UniqueFd> takeDescriptors(struct msghdr* message) {
  std::vector<UniqueFd> taken;
  for (auto* header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int number = -1;
      memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      taken.emplace_back(number);
    }
  }
  return taken;
}

struct Received {
  size_t length;
  std::vector<UniqueFd> taken;
};

/** Nothing when nothing is there yet. */
std::optional<Received> receiveAt(Napi::Env env, int fd, uint8_t* data, size_t size) {
  struct iovec part = {data, size};
  Control control = {};
  struct msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const ssize_t received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (received < 0) {
    if (errno == EAGAIN || errno == EINTR) return std::nullopt;
    throwErrno(env, "recvmsg");
  }
  std::vector<UniqueFd> taken = takeDescriptors(&message);
  // More descriptors than we allow, or than we may open: an incomplete set is of no use.
  if (message.msg_flags & MSG_CTRUNC) {
    taken.clear();
    throwErrno(env, "recvmsg", EMSGSIZE);
  }
  return Received{static_cast<size_t>(received), std::move(taken)};
}

Napi::Array handlesOf(Napi::Env env, std::vector<UniqueFd>& taken) {
  auto fds = Napi::Array::New(env, taken.size());
  for (uint32_t i = 0; i < taken.size(); i++) fds.Set(i, makeFd(env, std::move(taken[i])));
  return fds;
}

Napi::Value receiveSome(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::array<uint8_t, receiveSize> buffer;
  auto received = receiveAt(env, openFd(info, 0), buffer.data(), buffer.size());
  if (!received) return env.Undefined();
  auto bytes = Napi::Uint8Array::New(env, received->length);
  std::copy_n(buffer.begin(), received->length, bytes.Data());
  auto result = Napi::Object::New(env);
  result.Set("bytes", bytes);
  result.Set("fds", handlesOf(env, received->taken));
  return result;
}

Napi::Value receiveInto(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int fd = openFd(info, 0);
  const auto [data, size] = bytesOf(info, 1);
  const uint64_t offset = wholeNumber(info, 2);
  if (offset >= size) throwMisuse(env, "no room to receive");
  auto received = receiveAt(env, fd, data + offset, size - offset);
  if (!received) return env.Undefined();
  auto result = Napi::Object::New(env);
  result.Set("length", static_cast<double>(received->length));
  result.Set("fds", handlesOf(env, received->taken));
  return result;
}

Napi::Value peer(const Napi::CallbackInfo& info) {
  struct ucred credentials = {};
  socklen_t length = sizeof credentials;
  if (getsockopt(openFd(info, 0), SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
    throwErrno(info.Env(), "getsockopt");
  }
  auto result = Napi::Object::New(info.Env());
  result.Set("uid", static_cast<double>(credentials.uid));
  result.Set("gid", static_cast<double>(credentials.gid));
  result.Set("pid", static_cast<double>(credentials.pid));
  return result;
}

}  // namespace

void defineSocket(Napi::Object exports) {
  define(exports, {{"socketConnect", connectTo},
                   {"socketListen", listenAt},
                   {"socketAccept", acceptOne},
                   {"socketPair", pair},
                   {"socketSend", sendSome},
                   {"socketReceive", receiveSome},
                   {"socketReceiveInto", receiveInto},
                   {"socketPeer", peer}});
}

}  // namespace scanout
