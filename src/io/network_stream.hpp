#pragma once

#include "io/buffered_socket.hpp"

#include <boost/asio/append.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace conduitd {

// A BufferedSocket as Asio's AsyncStream, for Beast. Whether there is TLS below is decided when it
// is opened: Beast, which is slow to compile, is instantiated once for both, and without OpenSSL.
//
// All handlers run on the executor's one thread, so they are called without a dispatch, but never
// from inside async_read_some(): Beast's operations must not be re-entered.
class NetworkStream {
public:
    using executor_type = Executor;

    explicit NetworkStream(Executor executor)
        : socket_(std::make_shared<BufferedSocket>(executor)) {}
    ~NetworkStream() { socket_->close(); }
    NetworkStream(const NetworkStream&) = delete;
    NetworkStream& operator=(const NetworkStream&) = delete;

    [[nodiscard]] executor_type get_executor() const noexcept { return socket_->executor(); }
    [[nodiscard]] BufferedSocket& socket() { return *socket_; }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [](auto handler, std::shared_ptr<BufferedSocket> socket, const Buffers& into) {
                using Read = ReadWaiter<Buffers, decltype(handler)>;
                auto& from = *socket;
                const bool must_wait = from.input().size() == 0 && asio::buffer_size(into) != 0;
                auto read = std::make_unique<Read>(std::move(socket), into, std::move(handler));
                if (must_wait) {
                    from.fill(std::move(read));
                } else {
                    from.complete_soon(std::move(read));
                }
            },
            token, socket_, buffers);
    }

    // Completes when all of `buffers` is written, which are copied: a caller's buffer is written
    // whole or not at all, and nothing comes in between (see BufferedSocket::write_last).
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
            [](auto handler, const std::shared_ptr<BufferedSocket>& socket, const Buffers& from) {
                std::string bytes(asio::buffer_size(from), '\0');
                asio::buffer_copy(asio::buffer(bytes), from);
                using Write = WriteWaiter<decltype(handler)>;
                auto waiter = std::make_unique<Write>(bytes.size(), std::move(handler));
                socket->write(std::move(bytes), std::move(waiter));
            },
            token, socket_, buffers);
    }

    // Beast's way to end a stream after the close frames went both ways. It does not wait for the
    // peer to close its side: it has said all it has to say.
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, NetworkStream& stream, Handler&& handler) {
        stream.socket().shutdown();
        asio::post(stream.get_executor(),
                   asio::append(std::forward<Handler>(handler), ErrorCode()));
    }

    // Beast's way to drop a stream.
    friend void beast_close_socket(NetworkStream& stream) { stream.socket().close(); }

private:
    template <class Buffers, class Handler>
    class ReadWaiter final : public BufferedSocket::Waiter {
    public:
        ReadWaiter(std::shared_ptr<BufferedSocket> socket, const Buffers& into, Handler handler)
            : socket_(std::move(socket)), into_(into), handler_(std::move(handler)) {}

        void complete(ErrorCode error) override {
            const std::size_t bytes = error ? 0 : asio::buffer_copy(into_, socket_->input());
            socket_->consume(bytes);
            std::move(handler_)(error, bytes);
        }

    private:
        std::shared_ptr<BufferedSocket> socket_;
        Buffers into_;
        Handler handler_;
    };

    template <class Handler>
    class WriteWaiter final : public BufferedSocket::Waiter {
    public:
        WriteWaiter(std::size_t bytes, Handler handler)
            : bytes_(bytes), handler_(std::move(handler)) {}

        void complete(ErrorCode error) override { std::move(handler_)(error, error ? 0 : bytes_); }

    private:
        std::size_t bytes_;
        Handler handler_;
    };

    std::shared_ptr<BufferedSocket> socket_;
};

}  // namespace conduitd
