#include "twitch_sim/server/listener.hpp"

#include <boost/asio/socket_base.hpp>

#include <chrono>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;
using conduitd::ErrorCode;

namespace {

// How long to wait when no connection can be taken (no file descriptors left, for one).
constexpr std::chrono::milliseconds accept_retry_delay(100);

}  // namespace

Listener::Listener(const conduitd::Executor& executor, Accepted accepted)
    : acceptor_(executor), retry_timer_(executor), accepted_(std::move(accepted)) {}

conduitd::Result<asio::ip::tcp::endpoint> Listener::listen(
    const asio::ip::tcp::endpoint& endpoint) {
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

void Listener::accept() {
    acceptor_.async_accept([this](const ErrorCode& error, conduitd::TcpSocket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) {
            accept_later();
            return;
        }
        ErrorCode ignored;  // without the option frames only go out a little later
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        accepted_(std::move(socket));
        accept();
    });
}

void Listener::accept_later() {
    retry_timer_.expires_after(accept_retry_delay);
    retry_timer_.async_wait([this](const ErrorCode& error) {
        if (!error) accept();
    });
}

}  // namespace twitch_sim
