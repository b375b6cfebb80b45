#pragma once

#include "twitch_sim/model/model.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <variant>

namespace twitch_sim {

// Exit codes of twitch-sim (those of sysexits.h).
enum class ExitCode {
    done = 0,
    usage = 64,                // the command line
    internal = 70,             // OpenSSL or the system failed where they should not
    cannot_write = 73,         // the certificate file
    address_unavailable = 75,  // the address is in use, or cannot be listened at
    configuration = 78         // the scenario file
};

struct ServerOptions {
    boost::asio::ip::tcp::endpoint listen;  // a loopback address; port 0: the system chooses
    bool is_tls = false;  // the URLs said at start are https and wss; both are always served
    std::string certificate_file;  // where the certificate is written, PEM; nowhere when empty
    std::string scenario_file;     // none when empty
    double time_scale = 1;         // virtual seconds per second
    ModelOptions model;
};

// The command line asks for no server: print and leave.
struct CommandLineEnd {
    ExitCode exit_code = ExitCode::done;
    std::string text;  // for stdout when done (--help, --version), else for stderr; ends with \n
};

[[nodiscard]] std::variant<ServerOptions, CommandLineEnd> parse_command_line(
    int argument_count, const char* const* arguments);

}  // namespace twitch_sim
