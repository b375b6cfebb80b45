#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "io/asio.hpp"
#include "io/frame_ends.hpp"
#include "io/tcp_patience.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

class Dial;
class TlsClient;
class TlsSocket;

// A client's socket, TCP or TLS as the URL says, with a read-ahead buffer and a queue of writes.
//
// Read-ahead: Beast reads a WebSocket in pieces of at most 1.5 kB. Served from one large read, such
// a piece costs a copy instead of a system call and a turn of the loop, and what one read brought
// is one turn for all that is behind it: batches are as large as reads.
//
// Writes are copied and go out whole, one after the other: what is written by one call is never
// torn apart by another. They are few and small (an upgrade, pongs, a close frame, a request).
//
// Lives in a shared_ptr; operations under way keep it alive until they end.
class BufferedSocket : public std::enable_shared_from_this<BufferedSocket> {
public:
    // What waits for an operation; called from the io_context, never from inside a call below, and
    // always: close() completes what is under way with asio::error::operation_aborted.
    class Waiter {
    public:
        virtual ~Waiter() = default;
        virtual void complete(ErrorCode error) = 0;
    };

    // `what` is for people: empty when all went well.
    using Opened = std::function<void(ErrorCode, std::string what)>;

    explicit BufferedSocket(Executor executor);
    ~BufferedSocket();

    // Dials, and for https and wss goes through the TLS handshake: certificate and host name are
    // checked. Once, before anything else. Has no time limit of its own: close() ends it, and
    // `opened` is not called then. `tls` may be null for the plain schemes.
    // Errors: those of Lookup and of connect(); certificate_category(); OpenSSL's.
    void open(const Url& url, std::shared_ptr<TlsClient> tls, const TcpPatience& patience,
              Opened opened);

    // What is read is an answer to an upgrade, and WebSocket frames behind it: input() gives no
    // more than one of these at a time. Before anything is read.
    void cut_at_frames() { frame_ends_.emplace(); }

    // Bytes that are read and not yet consumed; the view lives until fill().
    [[nodiscard]] asio::const_buffer input();
    void consume(std::size_t bytes);

    // Waits for input. Only when there is none, and one at a time.
    void fill(std::unique_ptr<Waiter> waiter);

    // Completes the waiter, for whom there is input. One at a time, as for fill().
    //
    // While another is being completed that is done right behind it, without a turn of the loop:
    // the stack stays flat all the same, and other sockets get their turn when the input is used
    // up. A turn for each cost 1.5 of the 9 microseconds of CPU time of an event of 1.4 kB.
    void complete_soon(std::unique_ptr<Waiter> waiter);

    // Writes all of `bytes`; `waiter` may be null.
    void write(std::string bytes, std::unique_ptr<Waiter> waiter);

    // Writes `bytes` behind everything that was given to write() before. Whatever is written later
    // is dropped, and reported as written.
    void write_last(std::string bytes);

    // Tells the peer that nothing more will be written, if nothing is on its way.
    void shutdown();
    void close();

    [[nodiscard]] Executor executor() const { return executor_; }

private:
    struct Output {
        std::string bytes;
        std::unique_ptr<Waiter> waiter;
    };

    void on_connected(ErrorCode error, TcpSocket socket, const TcpPatience& patience);
    void shake_hands();
    void on_shaken(ErrorCode error);
    void finish_open(ErrorCode error, std::string what);
    void on_filled(ErrorCode error, std::size_t bytes);
    [[nodiscard]] std::string_view unread() const;
    void complete_all(std::unique_ptr<Waiter> waiter, ErrorCode error);
    void write_next();
    void on_written(ErrorCode error);
    void complete_later(std::unique_ptr<Waiter> waiter, ErrorCode error);
    [[nodiscard]] TcpSocket& socket();

    Executor executor_;
    Url url_;
    std::shared_ptr<TlsClient> tls_;
    Opened opened_;  // empty once called
    std::shared_ptr<Dial> dial_;

    // One of the two, once the dial is through.
    std::optional<TcpSocket> plain_;
    std::unique_ptr<TlsSocket> encrypted_;

    // Not filled with zeros: memory that no burst has needed is never touched.
    std::unique_ptr<std::byte[]> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::optional<FrameEnds> frame_ends_;
    std::unique_ptr<Waiter> reader_;  // waits for input
    std::unique_ptr<Waiter> next_;    // to be completed behind the one that is being completed
    bool is_completing_ = false;

    // The front one is being written. A Beast stream has one write under way at most, so this holds
    // that one and the last.
    std::deque<Output> outputs_;
    bool takes_writes_ = true;
    bool closed_ = false;
};

}  // namespace conduitd
