#include "conduitd/command_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sstream>
#include <utility>

namespace conduitd {
namespace {

constexpr const char* description =
    "conduitd holds one shard of a Twitch conduit: it opens an EventSub WebSocket, claims the "
    "shard,\n"
    "and writes every notification to stdout as a line of JSON.\n\n"
    "Settings come from flags, then the environment (CONDUITD_SHARD_ID, TWITCH_CLIENT_ID, ...), "
    "then\n"
    "a YAML file. Secrets are never given as flags: set TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET.";

constexpr const char* footer =
    "Exit codes: 0 drained, 64 usage, 69 conduit gone, 70 internal, 75 try again later (the reader "
    "of\n"
    "stdout is gone, or another worker of this name runs), 77 credentials refused, 78 "
    "configuration.";

using Values = std::vector<std::string>;

// Each --name may come several times here; load_config refuses values that disagree.
CLI::Option* add_setting(CLI::App& app, std::vector<std::pair<std::string, Values>>& values,
                         const std::string& name, const std::string& help) {
    auto& row = values.emplace_back(name, Values{});
    return app.add_option("--" + name, row.second, help)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->type_name("VALUE");
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    CLI::App app(description, "conduitd");
    app.footer(footer);
    app.set_version_flag("--version", "conduitd " CONDUITD_VERSION);
    app.require_subcommand(0, 1);
    app.fallthrough();
    auto* const check =
        app.add_subcommand("check", "Check the configuration and say all that is wrong");
    auto* const config = app.add_subcommand(
        "config", "Print the effective configuration and where each value came from");

    const auto settings = settings_help();
    std::vector<std::pair<std::string, Values>> values;
    values.reserve(settings.size() + 3);  // the options keep references to its rows
    add_setting(app, values, "config",
                "YAML file (default: /etc/conduitd/conduitd.yaml, if there)");
    for (const auto& setting : settings) {
        add_setting(app, values, setting.name,
                    fmt::format("{} Allowed: {}. Default: {}.", setting.help, setting.values,
                                setting.fallback));
    }
    // Taken so that the refusal can say where a secret belongs; not shown.
    for (const char* const secret : {"twitch.client_secret", "twitch.access_token"}) {
        add_setting(app, values, secret, "")->group("");
    }

    CommandLine line;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream complaint;
        const int code = app.exit(error, out, complaint);
        line.exit_code = code == 0 ? 0 : 64;
        line.text = code == 0 ? out.str() : "conduitd: " + complaint.str();
        return line;
    }
    if (check->parsed()) line.command = Command::check;
    if (config->parsed()) line.command = Command::config;
    for (auto& [name, given] : values) {
        for (auto& value : given) line.flags.push_back({name, std::move(value)});
    }
    return line;
}

}  // namespace conduitd
