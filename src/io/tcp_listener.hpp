#pragma once

#include "base/error.hpp"
#include "io/asio.hpp"

#include <functional>
#include <memory>

namespace conduitd {

// Takes TCP connections off one listening socket.
class TcpListener {
public:
    using Accepted = std::function<void(TcpSocket)>;

    // `accepted` is called on the executor's thread, and not after the destructor.
    TcpListener(const Executor& executor, Accepted accepted);

    // Begins to listen; port 0 lets the system choose. Fails with what the system says
    // (address_in_use, permission_denied, address_not_available).
    [[nodiscard]] Result<asio::ip::tcp::endpoint> listen(const asio::ip::tcp::endpoint& endpoint);

private:
    void accept();
    void accept_later();

    TcpAcceptor acceptor_;
    Timer retry_timer_;
    Accepted accepted_;
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace conduitd
