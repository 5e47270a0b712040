// SPDX-License-Identifier: GPL-2.0-or-later
#include "poller.h"

#include <uv.h>

#include "handle.h"

namespace scanout {
namespace {

class Poller;

/** What JavaScript holds. It and the poller end in either order, so each forgets the other. */
struct PollerHandle {
  static constexpr napi_type_tag tag{0x5ca0077e5ca00004, 0x9a1f3c5e7b2d4804};
  PollerHandle() = default;
  PollerHandle(const PollerHandle&) = delete;
  PollerHandle& operator=(const PollerHandle&) = delete;
  ~PollerHandle() { close(); }
  void close();
  Poller* poller = nullptr;
};

/**
 * A uv_poll_t of one environment's loop. libuv owns it until its close callback; the handle of
 * JavaScript, and the end of the environment, only ask for that close.
 */
class Poller {
 public:
  Poller(Napi::Env env, std::shared_ptr<UniqueFd> fd, Napi::Function ready)
      : env_(env), fd_(std::move(fd)), ready_(Napi::Persistent(ready)), context_(env, "scanout") {}
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /** @returns a libuv error; the poller then still has to be deleted by its maker. */
  int open(uv_loop_t* loop, bool background, PollerHandle* handle) {
    const int error = uv_poll_init(loop, &poll_, fd_->get());
    if (error != 0) return error;
    poll_.data = this;
    if (background) uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
    napi_add_async_cleanup_hook(env_, onEnvironmentEnd, this, &hook_);
    handle_ = handle;
    handle_->poller = this;
    return 0;
  }

  int watch(int events) {
    if (closing_) return UV_EBADF;
    return events == 0 ? uv_poll_stop(&poll_) : uv_poll_start(&poll_, events, onReady);
  }

  void close() {
    if (closing_) return;
    closing_ = true;
    handle_->poller = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_), onClosed);
    // libuv has let go of the number by now: whoever owns it may close it.
    fd_.reset();
  }

 private:
  static void onReady(uv_poll_t* poll, int, int) {
    auto* self = static_cast<Poller*>(poll->data);
    const Napi::HandleScope scope(self->env_);
    napi_value result = nullptr;
    // Not by way of C++ exceptions: in a thread that is being terminated there is no making one.
    const napi_status status =
        napi_make_callback(self->env_, self->context_, self->env_.Global(), self->ready_.Value(), 0,
                           nullptr, &result);
    if (status != napi_pending_exception) return;
    napi_value error = nullptr;
    // A bug in our own callback: the process hears of it as of any uncaught exception.
    if (napi_get_and_clear_last_exception(self->env_, &error) == napi_ok) {
      napi_fatal_exception(self->env_, error);
    }
  }

  static void onEnvironmentEnd(napi_async_cleanup_hook_handle, void* data) {
    static_cast<Poller*>(data)->close();
  }

  static void onClosed(uv_handle_t* handle) {
    auto* self = static_cast<Poller*>(handle->data);
    const Napi::HandleScope scope(self->env_);
    const auto hook = self->hook_;
    delete self;
    if (hook) napi_remove_async_cleanup_hook(hook);
  }

  Napi::Env env_;
  PollerHandle* handle_ = nullptr;
  std::shared_ptr<UniqueFd> fd_;
  Napi::FunctionReference ready_;
  Napi::AsyncContext context_;
  napi_async_cleanup_hook_handle hook_ = nullptr;
  uv_poll_t poll_ = {};
  bool closing_ = false;
};

void PollerHandle::close() {
  if (poller) poller->close();
}

Napi::Value open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  openFd(info, 0);
  if (!info[2].IsFunction()) throwMisuse(env, "no callback");
  uv_loop_t* loop = nullptr;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok) throw Napi::Error::New(env);
  auto poller = std::make_unique<Poller>(env, fromHandle<FdHandle>(info, 0).fd,
                                         info[2].As<Napi::Function>());
  auto handle = std::make_unique<PollerHandle>();
  const int error = poller->open(loop, truth(info, 1), handle.get());
  if (error != 0) throwErrno(env, "epoll_ctl", -error);
  poller.release();
  return makeHandle(env, std::move(handle));
}

Napi::Value set(const Napi::CallbackInfo& info) {
  auto& handle = fromHandle<PollerHandle>(info, 0);
  if (!handle.poller) throwMisuse(info.Env(), "poller is closed");
  const auto wanted = wholeNumber(info, 1);
  const int events = (wanted & 1 ? UV_READABLE : 0) | (wanted & 2 ? UV_WRITABLE : 0);
  const int error = handle.poller->watch(events);
  if (error != 0) throwErrno(info.Env(), "epoll_ctl", -error);
  return info.Env().Undefined();
}

Napi::Value close(const Napi::CallbackInfo& info) {
  fromHandle<PollerHandle>(info, 0).close();
  return info.Env().Undefined();
}

}  // namespace

void definePoller(Napi::Object exports) {
  define(exports, {{"pollerOpen", open}, {"pollerSet", set}, {"pollerClose", close}});
}

}  // namespace scanout
