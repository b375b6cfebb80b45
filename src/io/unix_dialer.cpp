#include "io/unix_dialer.hpp"

#include "io/clock.hpp"
#include "io/descriptor.hpp"

#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace conduitd {

UnixDialer::UnixDialer(Executor executor, std::string path, OnSocket on_socket, Log log,
                       UnixDialerLimits limits)
    : executor_(executor),
      path_(std::move(path)),
      on_socket_(std::move(on_socket)),
      log_(log),
      limits_(limits),
      random_(random_seed()),
      backoff_(limits.retry_min, limits.retry_max),
      timer_(executor) {
    dial_after(Duration::zero());
}

void UnixDialer::dial_after(Duration delay) {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(delay));
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const ErrorCode& error) {
        if (!error && !alive.expired()) dial();
    });
}

// A Unix socket connects at once or not at all. EAGAIN: the listener's queue is full, and the
// system does not tell when there is room again.
void UnixDialer::dial() {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return retry(last_error().message());
    UnixSocket socket(executor_, asio::local::stream_protocol(), fd);
    if (const auto error = connect(fd)) return retry(error.message());
    connected_at_ = monotonic_now();
    on_socket_(std::move(socket));
}

ErrorCode UnixDialer::connect(int fd) const {
    const auto address = UnixAddress::parse(path_);
    if (!address) return address.error();
    return ::connect(fd, address->data(), address->size()) == 0 ? ErrorCode() : last_error();
}

void UnixDialer::on_lost() {
    if (monotonic_now() - connected_at_ >= limits_.lasted_min) {
        backoff_.reset();
        is_outage_said_ = false;
    }
    retry("the connection was closed");
}

void UnixDialer::retry(std::string_view reason) {
    if (!std::exchange(is_outage_said_, true)) {
        log_.warn("there is no consumer: dialling until there is",
                  {{"path", path_}, {"reason", reason}});
    }
    dial_after(backoff_.next(random_));
}

}  // namespace conduitd
