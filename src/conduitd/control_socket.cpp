#include "conduitd/control_socket.hpp"

#include <utility>

namespace conduitd {

ControlSocket open_control_socket(boost::asio::io_context& context, const std::string& path,
                                  std::vector<Route> routes, LogSink& log_sink, int inherited) {
    namespace errc = boost::system::errc;
    const Log log(log_sink, "conduitd");
    if (path.empty()) return {};
    auto listener =
        inherited >= 0 ? UnixListener::adopt(path, inherited) : UnixListener::open(path);
    if (listener) {
        return {HttpServer::make(context, std::move(*listener), std::move(routes), log_sink),
                std::nullopt};
    }
    const auto error = listener.error();
    if (error == errc::address_in_use) {
        log.error(
            "another worker of this name is running: stop it, or choose another `name` or "
            "`control.path`",
            {{"path", path}});
        return {nullptr, ExitCode::try_again_later};
    }
    if (error == errc::not_a_socket) {
        log.error("control.path names something that is not a socket: it is left alone",
                  {{"path", path}});
        return {nullptr, ExitCode::configuration};
    }
    log.error("there is no control socket: conduitctl cannot reach this worker",
              {{"path", path}, {"reason", error.message()}});
    return {};
}

}  // namespace conduitd
