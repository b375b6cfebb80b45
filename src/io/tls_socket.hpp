#pragma once

#include "base/error.hpp"
#include "io/asio.hpp"

#include <boost/asio/ssl/context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace conduitd {

// A client's TLS on a TCP socket that is connected: OpenSSL reads and writes the socket itself, and
// Asio only tells when it is ready. (asio::ssl::stream brings what it reads to OpenSSL by a pair of
// memory BIOs, 17 kB at a time. That, and a turn of the loop for each, took 0.6 of the 5
// microseconds of CPU time of an event of 1.4 kB.)
//
// One operation of each kind at a time. The socket outlives them: what they are given as `done`
// keeps it alive. They complete as Asio's do: from the loop, never from inside the call that began
// them; with asio::error::operation_aborted when the socket is closed.
class TlsSocket {
public:
    using Done = std::function<void(ErrorCode)>;
    using ReadDone = std::function<void(ErrorCode, std::size_t bytes)>;

    // OpenSSL reads so much at once from the socket, if there is as much. The memory is taken once,
    // and what no burst has needed of it is never touched.
    static constexpr std::size_t read_bytes = 128 * 1024;

    TlsSocket(TcpSocket socket, asio::ssl::context& context);
    TlsSocket(const TlsSocket&) = delete;
    TlsSocket& operator=(const TlsSocket&) = delete;

    // The name (or address) that the certificate must bear, and that is sent as SNI. False when it
    // is neither.
    [[nodiscard]] bool expect_host(const std::string& host);

    // Errors of this and all below: the socket's, OpenSSL's; asio::ssl::error::stream_truncated
    // when the peer ended the connection without saying so by TLS, else asio::error::eof.
    void shake_hands(Done done);

    // Why the peer's certificate was refused (certificate_category); none if it was not.
    [[nodiscard]] ErrorCode certificate_error() const;

    // Waits for a byte, and takes as many as are there and fit into `room`.
    void read(std::span<std::byte> room, ReadDone done);

    // Writes all of `bytes`, which stay where they are until then.
    void write(std::string_view bytes, Done done);

    [[nodiscard]] TcpSocket& socket() { return link_.socket; }

private:
    // What OpenSSL has as its BIO. It is told of no error of the socket, only to come again, so
    // that it can still write when there is nothing to read any more, and the other way round.
    struct Link {
        TcpSocket socket;
        ErrorCode read_error;
        ErrorCode write_error;
        bool is_drained = false;  // the last read took all there was

        int read(char* to, int bytes);
        int write(const char* from, int bytes);
    };

    struct Free {
        void operator()(SSL* ssl) const { ::SSL_free(ssl); }
    };

    enum class Turn { first, later };

    static const BIO_METHOD* bio_method();
    template <class Attempt>
    void run(Attempt attempt, Done done, Turn turn);
    [[nodiscard]] int read_all(std::span<std::byte> room);
    [[nodiscard]] ErrorCode error_of(int verdict) const;

    Link link_;
    std::unique_ptr<SSL, Free> ssl_;
    std::size_t bytes_read_ = 0;  // by the read under way
};

}  // namespace conduitd
