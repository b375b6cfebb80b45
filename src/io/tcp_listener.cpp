#include "io/tcp_listener.hpp"

#include <boost/asio/socket_base.hpp>

#include <chrono>
#include <utility>

namespace conduitd {
namespace {

// How long to wait when no connection can be taken (no file descriptors left, for one).
constexpr std::chrono::milliseconds accept_retry_delay(100);

}  // namespace

TcpListener::TcpListener(const Executor& executor, Accepted accepted)
    : acceptor_(executor), retry_timer_(executor), accepted_(std::move(accepted)) {}

Result<asio::ip::tcp::endpoint> TcpListener::listen(const asio::ip::tcp::endpoint& endpoint) {
    ErrorCode error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return error;
    const auto bound = acceptor_.local_endpoint(error);
    if (error) return error;
    accept();
    return bound;
}

// What had completed before the destructor calls its handler after it all the same.
void TcpListener::accept() {
    acceptor_.async_accept([this, alive = std::weak_ptr<const bool>(alive_)](const ErrorCode& error,
                                                                             TcpSocket socket) {
        if (error == asio::error::operation_aborted || alive.expired()) return;
        if (error) {
            accept_later();
            return;
        }
        ErrorCode ignored;  // without the option frames only go out a little later
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        accepted_(std::move(socket));
        if (!alive.expired()) accept();
    });
}

void TcpListener::accept_later() {
    retry_timer_.expires_after(accept_retry_delay);
    retry_timer_.async_wait(
        [this, alive = std::weak_ptr<const bool>(alive_)](const ErrorCode& error) {
            if (!error && !alive.expired()) accept();
        });
}

}  // namespace conduitd
