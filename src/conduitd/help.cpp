#include "conduitd/help.hpp"

#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace conduitd {
namespace {

constexpr std::size_t line_width = 100;

constexpr std::string_view head =
    "Usage: conduitd [check | config | health [--live]] [--NAME VALUE | --NAME=VALUE]...\n\n"
    "conduitd holds one or more shards of a Twitch conduit: it opens an EventSub WebSocket,\n"
    "claims them for it, and writes every notification to stdout, or to a Unix socket, as a line\n"
    "of JSON.\n\n"
    "Settings come from flags, then the environment (CONDUITD_SHARD_ID, TWITCH_CLIENT_ID, ...),\n"
    "then a YAML file. Secrets are never given as flags: set TWITCH_CLIENT_ID and\n"
    "TWITCH_CLIENT_SECRET.\n\n"
    "Commands (none: run):\n"
    "  check   Check the configuration and say all that is wrong\n"
    "  config  Print the effective configuration and where each value came from\n"
    "  health  Ask the worker of this configuration whether it is ready (exit code 0, else 1);\n"
    "          with --live, whether it answers at all\n\n"
    "Flags:\n"
    "  --take-over\n      Go on in the place of the process that serves under this name, without a "
    "gap; start where\n"
    "      there is none\n"
    "  --help, -h\n"
    "  --version\n";

constexpr std::string_view foot =
    "\nExit codes: 0 drained, 64 usage, 69 conduit gone, 70 internal, 73 cannot write the\n"
    "spool, 75 try again later (the reader of stdout is gone, another worker of this name runs, "
    "or\n"
    "no shard is free), 77 credentials refused, 78 configuration, 79 superseded (not to be\n"
    "restarted).\n";

// Indented, and broken between words.
std::string wrap(std::string_view text) {
    constexpr std::string_view indent = "      ";
    std::string out;
    std::size_t column = line_width;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (column + 1 + word.size() > line_width) {
            if (!out.empty()) out += '\n';
            out += indent;
            column = indent.size();
        } else {
            out += ' ';
            ++column;
        }
        out += word;
        column += word.size();
    }
    return out + "\n";
}

std::string describe_flag(std::string_view name, std::string_view kind, std::string_view text) {
    return fmt::format("  --{} {}\n{}", name, kind, wrap(text));
}

}  // namespace

std::string help_text() {
    std::string out(head);
    out += describe_flag("config", "PATH",
                         "The YAML file. Default: /etc/conduitd/conduitd.yaml, if it is there.");
    for (const auto& setting : settings_help()) {
        out += describe_flag(setting.name, setting.kind,
                             fmt::format("{} Allowed: {}. Default: {}.", setting.help,
                                         setting.values, setting.fallback));
    }
    return out.append(foot);
}

}  // namespace conduitd
