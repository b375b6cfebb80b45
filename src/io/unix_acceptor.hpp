#pragma once

#include "base/log.hpp"
#include "io/unix_listener.hpp"
#include "io/unix_socket.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <functional>
#include <memory>

namespace conduitd {

// Takes the connections of a listener, one after the other, on the io_context's thread. When the
// system has no descriptor or memory left for one, that is said once, and tried again each second.
class UnixAcceptor {
public:
    static constexpr std::chrono::seconds retry_interval{1};

    using OnSocket = std::function<void(UnixSocket)>;  // non-blocking, and closed on exec

    UnixAcceptor(Executor executor, UnixListener listener, OnSocket on_socket, Log log);
    // Ends the listener. `on_socket` is not called any more.
    ~UnixAcceptor();
    [[nodiscard]] int descriptor() const { return listener_.descriptor(); }
    // UnixListener::release(), instead.
    [[nodiscard]] int release();
    UnixAcceptor(const UnixAcceptor&) = delete;
    UnixAcceptor& operator=(const UnixAcceptor&) = delete;

private:
    auto unless_gone(void (UnixAcceptor::*next)());
    void wait();
    void accept();
    void pause(const ErrorCode& error);

    Executor executor_;
    UnixListener listener_;
    OnSocket on_socket_;
    Log log_;
    asio::posix::basic_stream_descriptor<Executor> readiness_;
    Timer pause_;
    bool is_trouble_said_ = false;
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace conduitd
