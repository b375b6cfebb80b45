#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/asio.hpp"
#include "twitch_sim/model/model.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace twitch_sim {

using conduitd::ErrorCode;

// A byte stream that is plain TCP or TLS, whichever the client speaks: one port serves both. It is
// decided at run time and behind one type, so that the protocols above are compiled once.
//
// Protocol: start() first; then at most one read and one write at a time. Handlers run on the
// io_context's thread, never from inside the call that was given them, also after close() (with
// operation_aborted); a handler keeps its owner, and with it this stream, alive.
class Stream {
public:
    using AskTls = std::function<Model::TlsStart()>;
    using Started = std::function<void(ErrorCode)>;
    using Moved = std::function<void(ErrorCode, std::size_t bytes)>;

    [[nodiscard]] static std::unique_ptr<Stream> make(conduitd::TcpSocket socket,
                                                      boost::asio::ssl::context& tls);
    virtual ~Stream() = default;

    // Waits for the client's first byte; where that begins a TLS handshake, asks what becomes of it
    // and does it, if it is to go on. One that is to get no answer is only ended by the client, or
    // by close().
    virtual void start(AskTls ask, Started done) = 0;

    virtual void read_some(boost::asio::mutable_buffer into, Moved done) = 0;

    // Bytes reported are in the kernel. Over TLS at most one record is taken at a time, so that
    // what has been written is known as exactly as over plain TCP.
    virtual void write_some(boost::asio::const_buffer from, Moved done) = 0;

    // Stops what is under way; the socket stays open. Over TLS nothing can follow.
    virtual void cancel() = 0;

    // Ends the sending side (close_notify, FIN), reads to the client's end or for `limit`, and
    // closes, so that what was written is not lost to a reset. Keeps itself alive; no read or write
    // may be under way.
    static void finish(std::unique_ptr<Stream> stream, std::chrono::nanoseconds limit);

    virtual void close() = 0;

    // TCP reset, through TLS too.
    virtual void reset() = 0;

    [[nodiscard]] virtual bool is_tls() const = 0;

    // "127.0.0.1:8787", the address that the client dialled.
    [[nodiscard]] virtual std::string local_address() const = 0;

private:
    virtual void run_finish(const std::shared_ptr<Stream>& self,
                            std::chrono::nanoseconds limit) = 0;
};

}  // namespace twitch_sim
