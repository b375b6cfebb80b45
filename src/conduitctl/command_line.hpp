#pragma once

#include "base/time.hpp"
#include "conduitctl/exit_code.hpp"
#include "conduitctl/selection.hpp"
#include "conduitctl/spool_command.hpp"

#include <optional>
#include <string>

namespace conduitctl {

enum class Verb { status, rotate, upgrade, drain, list_consumers, remove_consumer, spool };

struct CommandLine {
    Verb verb = Verb::status;
    Selector selector;
    std::string config;     // the workers' YAML file; empty: the one that the environment names
    std::string state_dir;  // empty: by the daemon's rules
    OutputFormat format = OutputFormat::text;
    conduitd::Duration timeout = std::chrono::seconds(30);  // for each worker, to do as told
    std::string consumer;                                   // to remove
    SpoolOrder spool;

    // Set when there is nothing to do: --help and --version (done), or a usage error. `text` is
    // then to be printed, on stdout or on stderr.
    std::optional<ExitCode> exit_code;
    std::string text;
};

[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace conduitctl
