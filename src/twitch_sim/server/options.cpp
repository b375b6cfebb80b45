#include "twitch_sim/server/options.hpp"

#include "twitch_sim/server/switch_options.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace twitch_sim {

namespace {

namespace ip = boost::asio::ip;

constexpr const char* listen_default = "127.0.0.1:8787";

constexpr const char* footer =
    "Prints one line of JSON with its URLs and credentials once it listens. Everything can be "
    "looked at and\nordered under /sim/ of the same port; GET /sim/verbs lists how. SECONDS are "
    "Twitch's: --time-scale\nshortens all of them.";

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    return is_number && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// A range that `nan` and `inf` are not in, unlike CLI::Range.
CLI::Validator within(double min, double max) {
    return {[min, max](std::string& text) {
                const auto number = parse_number(text);
                if (number && *number >= min && *number <= max) return std::string();
                return fmt::format("`{}` is not a number from {} to {}", text, min, max);
            },
            fmt::format("({} to {})", min, max)};
}

// CLI11 2.1 takes "-1" for the largest number there is.
CLI::Validator whole_number() {
    return {[](std::string& text) {
                std::uint64_t number = 0;
                const char* text_end = text.data() + text.size();
                const auto [end, error] = std::from_chars(text.data(), text_end, number);
                if (error == std::errc() && end == text_end) return std::string();
                return fmt::format("`{}` is not a whole number from 0 to 2^64 - 1", text);
            },
            ""};
}

// "127.0.0.1:8787", "[::1]:0", "localhost:8787" (which is 127.0.0.1).
std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port_text = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (host == "localhost") host = "127.0.0.1";

    std::uint16_t port = 0;
    const char* port_end = port_text.data() + port_text.size();
    const auto [end, error] = std::from_chars(port_text.data(), port_end, port);
    if (error != std::errc() || end != port_end) return std::nullopt;

    boost::system::error_code address_error;
    const auto address = ip::make_address(std::string(host), address_error);
    if (address_error) return std::nullopt;
    return ip::tcp::endpoint(address, port);
}

// Empty when the address can be listened at.
std::string check_endpoint(const std::string& text) {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint)
        return fmt::format("`{}` is not ADDRESS:PORT, as in 127.0.0.1:0 or [::1]:0", text);
    if (endpoint->address().is_loopback()) return {};
    return fmt::format(
        "`{}` is not a loopback address; twitch-sim lets anybody in who can reach it, so it serves "
        "this host only",
        text);
}

void add_seconds(CLI::App& app, const std::string& name, const std::string& description, double min,
                 double max, std::function<void(Duration)> store) {
    app.add_option_function<double>(
           name,
           [store = std::move(store)](const double& seconds) {
               store(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
           },
           description)
        ->check(within(min, max))
        ->type_name("SECONDS");
}

void add_server_options(CLI::App& app, ServerOptions& options, std::string& listen) {
    app.add_option("--listen", listen, "Loopback address and port; port 0: any free one")
        ->check(CLI::Validator(check_endpoint, ""))
        ->type_name("ADDRESS:PORT")
        ->capture_default_str();
    app.add_flag("--tls", options.is_tls,
                 "Print https and wss URLs (the port serves plain and TLS in any case)");
    app.add_option("--certificate-file", options.certificate_file,
                   "Write the server's own certificate here, for clients to trust")
        ->type_name("PATH");
    app.add_option("--scenario", options.scenario_file,
                   "Carry out the orders of this YAML file: a list of {at: 10s, do: close, code: "
                   "4000}, the orders being those of the admin API")
        ->type_name("PATH");
    app.add_option("--time-scale", options.time_scale,
                   "Run all of Twitch's time limits and rates this many times as fast")
        ->check(within(0.01, 1000))
        ->type_name("FACTOR")
        ->capture_default_str();
}

void add_event_options(CLI::App& app, ModelOptions& model) {
    app.add_option("--rate", model.events_per_second, "Events generated per second")
        ->check(within(0, 1'000'000))
        ->type_name("EVENTS")
        ->capture_default_str();
    app.add_option("--channels", model.channels, "Broadcasters that the events come from")
        ->check(within(1, 100'000))
        ->type_name("COUNT")
        ->capture_default_str();
    app.add_option("--events", model.events_max, "Stop generating after so many events")
        ->check(whole_number())
        ->type_name("COUNT");
    app.add_option("--ledger-entries", model.ledger_entries_max,
                   "Messages that the ledger remembers; the oldest make room")
        ->check(within(1, 100'000'000))
        ->type_name("COUNT")
        ->capture_default_str();
    app.add_option("--seed", model.seed, "Seed of everything that is made up")
        ->check(whole_number())
        ->type_name("NUMBER")
        ->capture_default_str();
}

void add_session_options(CLI::App& app, ModelOptions& model) {
    // Whole seconds, since the welcome message says them so.
    app.add_option_function<unsigned>(
           "--keepalive",
           [&model](const unsigned& seconds) {
               model.keepalive_default = std::chrono::seconds(seconds);
           },
           "Keepalive where the client asks for none (default 10)")
        ->check(within(1, 600))
        ->type_name("SECONDS");
    add_seconds(app, "--unused-limit", "A session not used so long is closed (default 10)", 0.1,
                3600, [&model](Duration limit) { model.unused_limit = limit; });
    add_seconds(app, "--pong-limit", "A ping not answered so long ends in 4002 (default 10)", 0.1,
                3600, [&model](Duration limit) { model.pong_limit = limit; });
    add_seconds(app, "--reconnect-grace", "Time for a reconnect, then 4004 (default 30)", 0.1, 3600,
                [&model](Duration grace) { model.reconnect_grace = grace; });
}

void add_helix_options(CLI::App& app, ModelOptions& model) {
    app.add_option("--points-per-minute", model.points_per_minute, "Helix's rate limit")
        ->check(within(1, 1'000'000))
        ->type_name("POINTS")
        ->capture_default_str();
    app.add_option("--shards-per-page", model.shards_per_page, "Page size of Get Conduit Shards")
        ->check(within(1, 1000))
        ->type_name("COUNT")
        ->capture_default_str();
    app.add_option("--shard-count-max", model.shard_count_max, "Shards that a conduit can have")
        ->check(within(1, 1'000'000))
        ->type_name("COUNT")
        ->capture_default_str();
    app.add_option("--conduit", model.conduit_shards,
                   "A conduit with so many shards is there from the start; 0: none is")
        ->check(within(0, 20'000))
        ->type_name("COUNT")
        ->capture_default_str();
    add_seconds(app, "--conduit-limit",
                "A conduit without an enabled shard is gone after (default 72 hours)", 1, 1e8,
                [&model](Duration limit) { model.conduit_limit = limit; });
    app.add_option("--client-id", model.client_id, "Accepted client id; made up when not given")
        ->type_name("ID");
    app.add_option("--client-secret", model.client_secret,
                   "Accepted client secret; made up when not given")
        ->type_name("SECRET");
}

}  // namespace

std::variant<ServerOptions, CommandLineEnd> parse_command_line(int argument_count,
                                                               const char* const* arguments) {
    ServerOptions options;
    std::string listen = listen_default;
    CLI::App app("A Twitch on this host: OAuth, Helix and EventSub WebSockets for conduits.",
                 "twitch-sim");
    app.set_version_flag("--version", "twitch-sim " TWITCH_SIM_VERSION);
    add_server_options(app, options, listen);
    add_event_options(app, options.model);
    add_session_options(app, options.model);
    add_helix_options(app, options.model);
    add_switch_options(app, options.model);
    app.footer(footer);

    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::CallForHelp&) {
        return CommandLineEnd{ExitCode::done, app.help()};
    } catch (const CLI::CallForVersion& version) {
        return CommandLineEnd{ExitCode::done, std::string(version.what()) + "\n"};
    } catch (const CLI::Error& error) {
        return CommandLineEnd{ExitCode::usage, fmt::format("twitch-sim: {}\n", error.what())};
    }
    options.listen = *parse_endpoint(listen);
    return options;
}

}  // namespace twitch_sim
