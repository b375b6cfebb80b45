#include "twitch_sim/server/options.hpp"
#include "twitch_sim/server/server.hpp"

#include <iostream>
#include <variant>

int main(int argument_count, char** arguments) {
    const auto parsed = twitch_sim::parse_command_line(argument_count, arguments);
    if (const auto* end = std::get_if<twitch_sim::CommandLineEnd>(&parsed)) {
        (end->exit_code == twitch_sim::ExitCode::done ? std::cout : std::cerr) << end->text;
        return static_cast<int>(end->exit_code);
    }
    return static_cast<int>(twitch_sim::run_server(std::get<twitch_sim::ServerOptions>(parsed)));
}
