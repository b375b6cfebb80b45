#pragma once

#include "base/log.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/http_server.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace conduitd {

// The server at `http.listen`, which anybody may read. Where the address cannot be had, that is
// said once and tried again: events matter more.
class HttpSocket {
public:
    static constexpr std::chrono::seconds retry_interval{5};

    // An empty `config.address` asks for none. `log_sink` outlives this.
    HttpSocket(asio::io_context& context, const Config::Http& config,
               std::function<std::vector<Route>()> make_routes, LogSink& log_sink);
    HttpSocket(const HttpSocket&) = delete;
    HttpSocket& operator=(const HttpSocket&) = delete;

    void listen();

private:
    void listen_later(const ErrorCode& error);

    asio::io_context& context_;
    const Config::Http& config_;
    std::function<std::vector<Route>()> make_routes_;
    Log log_;
    Timer retry_timer_;
    bool is_trouble_said_ = false;
    std::unique_ptr<HttpServer> server_;
};

}  // namespace conduitd
