#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "io/tcp_patience.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace conduitd {

class TlsClient;

// How a WebSocket came to its end.
struct WebSocketEnd {
    // Of the peer's close frame, if one came; 1005 for one without a code (RFC 6455,
    // section 7.1.5).
    std::optional<std::uint16_t> close_code = std::nullopt;
    std::string close_reason = {};                       // as the peer sent it; at most 123 bytes
    std::optional<unsigned> http_status = std::nullopt;  // the upgrade was refused with this status
    ErrorCode error = {};  // what the network said; our own timeouts as timed_out; none with a
                           // close_code
    // What the peer had written may not have arrived, its answer to the upgrade included: neither
    // its close frame came nor the end of its stream.
    bool was_cut = false;
    std::string what = {};  // for people: "connection reset by peer", "certificate …"
};

// Told of everything a WebSocket does, on the io_context's thread, never from inside a call on it.
class WebSocketHandler {
public:
    virtual ~WebSocketHandler() = default;
    virtual void on_open() = 0;  // the upgrade was accepted
    virtual void on_frame(
        std::string_view frame) = 0;                // one whole text message; lives during the call
    virtual void on_binary(std::size_t bytes) = 0;  // a binary message was passed over
    virtual void on_end(const WebSocketEnd& end) = 0;  // once, last; also for a dial that failed
};

struct WebSocketOptions {
    Duration dial_timeout = std::chrono::seconds(5);   // name, all addresses raced, TLS, upgrade
    Duration close_timeout = std::chrono::seconds(3);  // after our close frame, of silence
    Duration close_limit = std::chrono::seconds(5);    // after our close frame, in all
    // Well above the core's bound, so that it is the core that decides what follows: it brings a
    // fresh session up while this one is read on. Above this one, the WebSocket ends.
    std::size_t frame_bytes_max = 16 * 1024 * 1024;
    TcpPatience patience;  // with a peer that is gone without a word
};

// A WebSocket client that reads as fast as the peer sends and writes nothing but pongs (Beast's
// own, answered from the read loop) and a close frame: Twitch closes a session that sends anything
// else with 4001. Offers no extension. Binary messages are passed over.
//
// Protocol: start() once; after on_end() nothing follows. close() sends a close frame and keeps
// reading, data included, until the peer's close frame, or until nothing came for close_timeout;
// before on_open() it ends at once, like abort(): on_end() with operation_aborted. The destructor
// ends it without a further call to the handler. All three may be called from inside on_open(),
// on_frame() and on_end().
class WebSocket {
public:
    // `handler` outlives this object. TLS for wss.
    [[nodiscard]] static std::unique_ptr<WebSocket> make(boost::asio::io_context& context,
                                                         std::shared_ptr<TlsClient> tls,
                                                         WebSocketOptions options,
                                                         WebSocketHandler& handler);
    virtual ~WebSocket() = default;
    virtual void start(const Url& url) = 0;
    virtual void close(std::uint16_t code) = 0;
    virtual void abort() = 0;
};

}  // namespace conduitd
