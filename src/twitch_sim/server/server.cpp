#include "twitch_sim/server/server.hpp"

#include "io/clock.hpp"
#include "io/tcp_listener.hpp"
#include "twitch_sim/server/certificate.hpp"
#include "twitch_sim/server/http_connection.hpp"
#include "twitch_sim/server/model_driver.hpp"
#include "twitch_sim/server/scenario.hpp"
#include "twitch_sim/server/stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string_view>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;

namespace {

ExitCode fail(ExitCode code, std::string_view what) {
    fmt::print(stderr, "twitch-sim: {}\n", what);
    return code;
}

conduitd::ErrorCode use_certificate(asio::ssl::context& tls, const Certificate& certificate) {
    conduitd::ErrorCode error;
    tls.use_certificate(asio::buffer(certificate.certificate), asio::ssl::context::pem, error);
    if (!error) {
        tls.use_private_key(asio::buffer(certificate.private_key), asio::ssl::context::pem, error);
    }
    return error;
}

bool write_file(const std::string& path, std::string_view text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    return !file.fail();
}

// The one line for who started us.
std::string make_announcement(const ServerOptions& options, const Model& model,
                              const asio::ip::tcp::endpoint& endpoint) {
    std::ostringstream address;
    address << endpoint;
    const std::string authority = address.str();
    const std::string http = (options.is_tls ? "https://" : "http://") + authority;
    const std::string websocket = (options.is_tls ? "wss://" : "ws://") + authority;
    boost::json::object line;
    line["listening"] = authority;
    line["id_url"] = http;
    line["helix_url"] = http + "/helix";
    line["eventsub_url"] = websocket + "/ws";
    line["admin_url"] = http + "/sim";
    line["client_id"] = model.client_id();
    line["client_secret"] = model.client_secret();
    if (options.certificate_file.empty()) {
        line["certificate_file"] = nullptr;
    } else {
        line["certificate_file"] = options.certificate_file;
    }
    return boost::json::serialize(line);
}

}  // namespace

ExitCode run_server(const ServerOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);

    const auto certificate = make_certificate();
    if (!certificate) return fail(ExitCode::internal, "cannot make a certificate");
    asio::ssl::context tls(asio::ssl::context::tls_server);
    if (const auto error = use_certificate(tls, *certificate)) {
        return fail(ExitCode::internal, "cannot use the certificate made: " + error.message());
    }

    const auto scenario = load_scenario(options.scenario_file);
    for (const std::string& problem : scenario.problems) fmt::print(stderr, "{}\n", problem);
    if (!scenario.problems.empty()) return ExitCode::configuration;

    // The context goes last, and the connections with it: handlers that have not run are destroyed
    // without a call to the driver.
    asio::io_context context(1);
    ModelOptions model_options = options.model;
    model_options.epoch = conduitd::wall_now();
    ModelDriver driver(context.get_executor(), std::move(model_options), options.time_scale);
    for (const ScheduledOrder& order : scenario.orders) driver.schedule(order.call, order.at);
    conduitd::TcpListener listener(context.get_executor(), [&](conduitd::TcpSocket socket) {
        std::make_shared<HttpConnection>(context.get_executor(),
                                         Stream::make(std::move(socket), tls), driver)
            ->start();
    });
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const conduitd::ErrorCode& error, int) {
        if (!error) context.stop();
    });

    const auto endpoint = listener.listen(options.listen);
    if (!endpoint) {
        std::ostringstream address;
        address << options.listen;
        return fail(
            ExitCode::address_unavailable,
            fmt::format("cannot listen at {}: {}", address.str(), endpoint.error().message()));
    }
    if (!options.certificate_file.empty() &&
        !write_file(options.certificate_file, certificate->certificate)) {
        return fail(ExitCode::cannot_write,
                    "cannot write the certificate to " + options.certificate_file);
    }
    std::cout << make_announcement(options, driver.model(), *endpoint) << std::endl;

    context.run();
    return ExitCode::done;
}

}  // namespace twitch_sim
