#pragma once

#include "base/error.hpp"
#include "io/asio.hpp"

#include <functional>

namespace twitch_sim {

// Takes TCP connections off one listening socket.
class Listener {
public:
    using Accepted = std::function<void(conduitd::TcpSocket)>;

    // `accepted` is called on the executor's thread.
    Listener(const conduitd::Executor& executor, Accepted accepted);

    // Begins to listen; port 0 lets the system choose. Fails with what the system says
    // (address_in_use, permission_denied, address_not_available).
    [[nodiscard]] conduitd::Result<boost::asio::ip::tcp::endpoint> listen(
        const boost::asio::ip::tcp::endpoint& endpoint);

private:
    void accept();
    void accept_later();

    conduitd::TcpAcceptor acceptor_;
    conduitd::Timer retry_timer_;
    Accepted accepted_;
};

}  // namespace twitch_sim
