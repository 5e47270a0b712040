// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace scanout::gpu {
namespace {

constexpr size_t maxDescriptors = 8;

/** Descriptors that came with one piece. */
void takeDescriptors(struct msghdr& message, std::vector<UniqueFd>& fds) {
  for (auto* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t at = 0; at < count; ++at) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + at * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
}

bool sendAll(int socket, const char* bytes, size_t length, int fd) {
  while (length > 0) {
    struct iovec piece = {const_cast<char*>(bytes), length};
    struct msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
    if (fd >= 0) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      auto* part = CMSG_FIRSTHDR(&message);
      part->cmsg_level = SOL_SOCKET;
      part->cmsg_type = SCM_RIGHTS;
      part->cmsg_len = CMSG_LEN(sizeof fd);
      std::memcpy(CMSG_DATA(part), &fd, sizeof fd);
    }
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    fd = -1;
    bytes += sent;
    length -= static_cast<size_t>(sent);
  }
  return true;
}

}  // namespace

bool receive(int socket, Incoming& incoming) {
  incoming.fds.clear();
  auto* bytes = reinterpret_cast<char*>(&incoming.request);
  for (size_t filled = 0; filled < sizeof incoming.request;) {
    struct iovec piece = {bytes + filled, sizeof incoming.request - filled};
    alignas(struct cmsghdr) char control[CMSG_SPACE(maxDescriptors * sizeof(int))];
    struct msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    takeDescriptors(message, incoming.fds);
    filled += static_cast<size_t>(received);
  }
  const auto& request = incoming.request;
  if (request.magic != magic || request.planes > maxPlanes) {
    throw Trouble{Status::failed, "the request is none"};
  }
  return true;
}

bool reply(int socket, uint32_t serial, Status status, const std::string& payload, int fd) {
  const ReplyHeader header = {magic, serial, static_cast<uint32_t>(status),
                              static_cast<uint32_t>(payload.size())};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += payload;
  return sendAll(socket, bytes.data(), bytes.size(), fd);
}

}  // namespace scanout::gpu
