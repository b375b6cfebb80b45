#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "io/asio.hpp"
#include "io/host_rule.hpp"
#include "io/http_router.hpp"
#include "io/unix_listener.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace conduitd {

// What one client, or all of them together, may take. Whoever oversteps is refused or cut off.
struct HttpServerLimits {
    std::size_t connections_max = 16;           // the newest is answered with 503
    std::uint32_t header_bytes_max = 4 * 1024;  // 431
    std::uint32_t body_bytes_max = 4 * 1024;    // 413; no route reads the body
    // From accept to the last byte: cut. A request with a late answer has so long to arrive; then
    // its client may wait as long as it takes.
    Duration connection_time_max = std::chrono::seconds(5);
};

// Serves routes over HTTP/1.1, at a Unix socket or a TCP port, one request on each connection. Runs
// on the io_context's thread and never waits there: a client that is slow waits by itself.
class HttpServer {
public:
    // `log_sink` outlives the server.
    [[nodiscard]] static std::unique_ptr<HttpServer> make(asio::io_context& context,
                                                          UnixListener listener,
                                                          std::vector<Route> routes,
                                                          LogSink& log_sink,
                                                          HttpServerLimits limits = {});
    // At a TCP port; 0 lets the system choose. Requests whose `Host` is not allowed are refused
    // with 421. Errors: address_in_use, permission_denied, address_not_available.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(
        asio::io_context& context, const asio::ip::tcp::endpoint& endpoint, HostRule hosts,
        std::vector<Route> routes, HttpServerLimits limits = {});

    // Where it listens, of listen(): "127.0.0.1:9090". Else the path of its socket.
    [[nodiscard]] virtual std::string place() const = 0;

    // Of make(): the listening socket, which stays the server's.
    [[nodiscard]] virtual int listener() const = 0;
    // Of make(): nobody is served any more but those who are connected; the socket's file stays,
    // another process has it.
    virtual void stop_listening() = 0;

    // Cuts what is under way, and removes the socket; no route is called after it.
    virtual ~HttpServer() = default;
};

}  // namespace conduitd
