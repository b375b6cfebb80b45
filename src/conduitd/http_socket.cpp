#include "conduitd/http_socket.hpp"

#include <fmt/format.h>

#include <utility>

namespace conduitd {

HttpSocket::HttpSocket(asio::io_context& context, const Config::Http& config,
                       std::function<std::vector<Route>()> make_routes, LogSink& log_sink)
    : context_(context),
      config_(config),
      make_routes_(std::move(make_routes)),
      log_(log_sink, "conduitd"),
      retry_timer_(context.get_executor()) {}

void HttpSocket::listen() {
    if (config_.address.empty()) return;
    ErrorCode error;
    const auto address = asio::ip::make_address(config_.address, error);
    if (error) return listen_later(error);
    auto server = HttpServer::listen(context_, {address, config_.port}, HostRule(config_.hosts),
                                     make_routes_());
    if (!server) return listen_later(server.error());
    server_ = std::move(*server);
    log_.info("serving /livez, /readyz, /status and /metrics", {{"listen", server_->place()}});
}

void HttpSocket::listen_later(const ErrorCode& error) {
    if (!std::exchange(is_trouble_said_, true)) {
        log_.error("http.listen cannot be had: going on without, and trying again",
                   {{"listen", fmt::format("{} port {}", config_.address, config_.port)},
                    {"reason", error.message()}});
    }
    retry_timer_.expires_after(retry_interval);
    retry_timer_.async_wait([this](const ErrorCode& stopped) {
        if (!stopped) listen();
    });
}

}  // namespace conduitd
