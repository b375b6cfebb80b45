#pragma once

#include "base/url.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace conduitd::test {

// The server's end of one socket, with blocking calls; a broken one reads as empty.
class RawPeer {
public:
    using Socket = boost::asio::ip::tcp::socket;

    explicit RawPeer(Socket socket) : socket_(std::move(socket)) {}

    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    }

    // Up to and including `end`; what came behind it is kept for the next call.
    std::string read_to(std::string_view end) {
        boost::system::error_code error;
        const auto size =
            boost::asio::read_until(socket_, boost::asio::dynamic_buffer(kept_), end, error);
        return take(size);
    }

    std::string read(std::size_t size) {
        boost::system::error_code error;
        if (kept_.size() < size) {
            boost::asio::read(socket_, boost::asio::dynamic_buffer(kept_),
                              boost::asio::transfer_exactly(size - kept_.size()), error);
        }
        return take(std::min(size, kept_.size()));
    }

    std::string read_to_end() {
        boost::system::error_code error;
        boost::asio::read(socket_, boost::asio::dynamic_buffer(kept_), error);
        return take(kept_.size());
    }

    // Ends the stream with a reset instead of an orderly end.
    void reset() {
        socket_.set_option(boost::asio::socket_base::linger(true, 0));
        socket_.close();
    }

    Socket& socket() { return socket_; }

private:
    std::string take(std::size_t size) {
        auto out = kept_.substr(0, size);
        kept_.erase(0, size);
        return out;
    }

    Socket socket_;
    std::string kept_;
};

// Accepts one socket on loopback and gives it to a script on a thread of its own. The socket is
// closed when the script returns. The script must end when the other side closes.
class RawServer {
public:
    explicit RawServer(std::function<void(RawPeer&)> script)
        : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
          thread_([this, script = std::move(script)] {
              boost::system::error_code error;
              RawPeer peer(acceptor_.accept(error));
              if (!error) script(peer);
          }) {}

    ~RawServer() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // an accept that waits, if any
        join();
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    // Waits for the script to end: only then may the test look at what it has written.
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const {
        return acceptor_.local_endpoint();
    }

    // "http" -> http://127.0.0.1:<port><target>
    [[nodiscard]] Url url(std::string_view scheme, std::string_view target,
                          std::string_view host = "127.0.0.1") const {
        return parse_url(fmt::format("{}://{}:{}{}", scheme, host, endpoint().port(), target))
            .value();
    }

private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

}  // namespace conduitd::test
