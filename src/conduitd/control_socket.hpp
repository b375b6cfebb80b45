#pragma once

#include "base/log.hpp"
#include "io/http_server.hpp"
#include "worker/actions.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// The control socket, or why there is none.
struct ControlSocket {
    std::unique_ptr<HttpServer> server;  // null: the daemon goes on without, which is logged
    std::optional<ExitCode> refusal;     // the daemon must not go on, which is logged
};

// Opens it at `path`, or takes the `inherited` one that listens there; an empty one asks for none.
// A worker of the same name that is alive ends this one: it would claim what the other has. Trouble
// with the folder does not: events matter more than orders.
[[nodiscard]] ControlSocket open_control_socket(boost::asio::io_context& context,
                                                const std::string& path, std::vector<Route> routes,
                                                LogSink& log_sink, int inherited = -1);

}  // namespace conduitd
