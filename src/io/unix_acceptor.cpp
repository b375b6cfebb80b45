#include "io/unix_acceptor.hpp"

#include "io/descriptor.hpp"

#include <boost/asio/posix/descriptor_base.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace conduitd {

UnixAcceptor::UnixAcceptor(Executor executor, UnixListener listener, OnSocket on_socket, Log log)
    : executor_(executor),
      listener_(std::move(listener)),
      on_socket_(std::move(on_socket)),
      log_(log),
      readiness_(executor, listener_.descriptor()),
      pause_(executor) {
    wait();
}

UnixAcceptor::~UnixAcceptor() {
    // The listener closes its descriptor itself.
    if (listener_.descriptor() >= 0) readiness_.release();
}

int UnixAcceptor::release() {
    readiness_.release();
    return listener_.release();
}

// A timer that was due before the destructor calls its handler after it all the same.
auto UnixAcceptor::unless_gone(void (UnixAcceptor::*next)()) {
    return [this, next, alive = std::weak_ptr<const bool>(alive_)](const ErrorCode& error) {
        if (!error && !alive.expired()) (this->*next)();
    };
}

void UnixAcceptor::wait() {
    readiness_.async_wait(asio::posix::descriptor_base::wait_read,
                          unless_gone(&UnixAcceptor::accept));
}

void UnixAcceptor::accept() {
    const int fd =
        ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        const bool is_gone = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
        return is_gone ? wait() : pause(last_error());
    }
    is_trouble_said_ = false;
    wait();
    on_socket_(UnixSocket(executor_, asio::local::stream_protocol(), fd));
}

// The client that waits would be reported without end.
void UnixAcceptor::pause(const ErrorCode& error) {
    if (!std::exchange(is_trouble_said_, true)) {
        log_.warn("a connection cannot be taken: trying again",
                  {{"path", listener_.path()}, {"reason", error.message()}});
    }
    pause_.expires_after(retry_interval);
    pause_.async_wait(unless_gone(&UnixAcceptor::wait));
}

}  // namespace conduitd
