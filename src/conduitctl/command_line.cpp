#include "conduitctl/command_line.hpp"

#include "config/parse_value.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sstream>
#include <utility>

namespace conduitctl {
namespace {

namespace settings = conduitd::settings;

constexpr const char* description =
    "conduitctl asks the conduitd workers of this host how they are, and tells them what to do.\n\n"
    "It finds them by their control sockets: at control.path, if that is set, and as\n"
    "control-*.sock in $RUNTIME_DIRECTORY, in the state folder (state.dir, $STATE_DIRECTORY,\n"
    "$XDG_STATE_HOME/conduitd or ~/.local/state/conduitd), in /run/conduitd and in the folders\n"
    "below that. Settings come from the environment (CONDUITD_CONTROL_PATH, CONDUITD_STATE_DIR,\n"
    "CONDUITD_NAME) and from the YAML file that --config or CONDUITD_CONFIG names, by the rules "
    "of\n"
    "conduitd.";

constexpr const char* footer =
    "Exit codes: 0 done, 1 a worker refused, did not answer, took too long or did not end with 0,\n"
    "64 usage, 69 no worker was found. Of spool, 1: it cannot be read, or is damaged.";

// More lines than that are no look at the end of something.
constexpr std::uint64_t records_max = 1'000'000;
// What Linux gives at most (PID_MAX_LIMIT).
constexpr std::uint64_t pid_max = 4'194'304;

// As given; judged after CLI11, whose own conversions take "-1" for a large number.
struct Words {
    std::string socket;
    std::string shard;
    std::string pid;
    std::string config;
    std::string state_dir;
    std::string timeout;
    std::string records;
    bool is_all = false;
    bool is_json = false;
};

CLI::App* add_verb(CLI::App& app, const char* name, const char* help, Words& words) {
    auto* const verb = app.add_subcommand(name, help);
    verb->add_option("--socket", words.socket, "The worker with this control socket")
        ->type_name("PATH");
    verb->add_option("--shard", words.shard, "The worker of this shard")->type_name("N");
    verb->add_option("--pid", words.pid, "The worker whose process has this number")
        ->type_name("N");
    verb->add_flag("--all", words.is_all, "All workers that are found");
    verb->add_option("--config", words.config, "The YAML file of the workers")->type_name("PATH");
    verb->add_option("--state-dir", words.state_dir, "Look here in place of the state folder")
        ->type_name("PATH");
    verb->add_flag("--json", words.is_json, "Print one JSON document");
    return verb;
}

void add_timeout(CLI::App* verb, Words& words) {
    verb->add_option("--timeout", words.timeout,
                     "How long to wait for each worker, as 30, 30s or 5m (default: 30s)")
        ->type_name("TIME");
}

struct ConsumersVerbs {
    CLI::App* list;
    CLI::App* remove;
};

ConsumersVerbs add_consumers_verbs(CLI::App& app, Words& words, std::string& name) {
    auto* const consumers =
        app.add_subcommand("consumers", "See who takes events from a worker, or forget one");
    consumers->require_subcommand(1);
    auto* const list = add_verb(
        *consumers, "list", "List the consumers that have a cursor, and who is connected", words);
    auto* const remove = add_verb(*consumers, "rm",
                                  "Forget a consumer that is not connected, and its cursor", words);
    remove->add_option("NAME", name, "The consumer's name")->required();
    return {list, remove};
}

struct SpoolVerbs {
    CLI::App* spool;
    CLI::App* verify;
    CLI::App* dump;
    CLI::App* tail;
};

SpoolVerbs add_spool_verbs(CLI::App& app, Words& words, SpoolOrder& order) {
    auto* const spool =
        app.add_subcommand("spool", "Look at the files of a spool, in use or not; changes nothing");
    spool->require_subcommand(1);
    const auto add = [&](const char* name, const char* help) {
        auto* const verb = spool->add_subcommand(name, help);
        verb->add_option("DIR", order.folder, "The spool's folder")->required();
        verb->add_flag("--json", words.is_json, "Print JSON");
        return verb;
    };
    add("ls", "List segments and consumers");
    auto* const verify = add("verify", "Say whether every file is what was written to it");
    auto* const dump = add("dump", "Print all records, one a line");
    auto* const tail = add("tail", "Print the last records, one a line");
    tail->add_option("-n,--records", words.records, "How many (default: 10)")->type_name("N");
    return {spool, verify, dump, tail};
}

// Empty when all is well.
std::string judge(const Words& words, CommandLine& line) {
    const auto ways = int{!words.socket.empty()} + int{!words.shard.empty()} +
                      int{!words.pid.empty()} + int{words.is_all};
    if (ways > 1) return "--socket, --shard, --pid and --all exclude one another";
    if (!words.socket.empty() && !words.config.empty()) {
        return "--socket says where the worker is: --config is not read; give one of them";
    }
    if (!words.shard.empty()) {
        const auto shard = settings::parse_number(words.shard, 0, conduitd::shard_count_max - 1);
        if (!shard) {
            return fmt::format("--shard: \"{}\" {}; allowed: a number from 0 to {}", words.shard,
                               shard.error().why, conduitd::shard_count_max - 1);
        }
        line.selector.shard = static_cast<std::uint32_t>(*shard);
    }
    if (!words.pid.empty()) {
        const auto pid = settings::parse_number(words.pid, 1, pid_max);
        if (!pid) {
            return fmt::format("--pid: \"{}\" {}; allowed: a number from 1 to {}", words.pid,
                               pid.error().why, pid_max);
        }
        line.selector.pid = static_cast<std::int64_t>(*pid);
    }
    if (!words.timeout.empty()) {
        const auto timeout =
            settings::parse_seconds(words.timeout, std::chrono::seconds(1), std::chrono::hours(1));
        if (!timeout) {
            return fmt::format("--timeout: \"{}\" {}; allowed: 1s to 1h, as 30, 30s or 5m",
                               words.timeout, timeout.error().why);
        }
        line.timeout = *timeout;
    }
    if (!words.records.empty()) {
        const auto records = settings::parse_number(words.records, 1, records_max);
        if (!records) {
            return fmt::format("--records: \"{}\" {}; allowed: a number from 1 to {}",
                               words.records, records.error().why, records_max);
        }
        line.spool.records = *records;
    }
    if (!line.consumer.empty()) {
        const auto name = settings::parse_consumer_name(line.consumer);
        if (!name) {
            return fmt::format(
                "NAME: \"{}\" {}; allowed: letters, digits, '.', '_' and '-', at most {} bytes",
                line.consumer, name.error().why, settings::consumer_name_bytes_max);
        }
    }
    line.selector.socket = words.socket;
    line.selector.is_all = words.is_all;
    line.config = words.config;
    line.state_dir = words.state_dir;
    line.format = words.is_json ? OutputFormat::json : OutputFormat::text;
    return {};
}

// CLI11 says that a verb is missing, and not which word stands in its place. Empty when none does.
std::string describe_unknown_verb(const CLI::App& app) {
    const auto words = app.remaining(true);
    if (words.empty()) return {};
    const CLI::App* last = &app;
    while (!last->get_subcommands().empty()) last = last->get_subcommands().front();
    std::string names;
    for (const auto* const verb : last->get_subcommands([](const CLI::App*) { return true; })) {
        names += (names.empty() ? "" : ", ") + verb->get_name();
    }
    return fmt::format("{}: not a command; allowed: {}\n", words.front(), names);
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    CLI::App app(description, "conduitctl");
    app.footer(footer);
    app.set_version_flag("--version", "conduitctl " CONDUITD_VERSION);
    app.require_subcommand(1);
    Words words;
    add_verb(app, "status", "Say how the workers are", words);
    auto* const rotate =
        add_verb(app, "rotate",
                 "Move the shard to a fresh session, without a gap; waits until it is done", words);
    auto* const upgrade = add_verb(
        app, "upgrade",
        "Start the program anew, with the configuration as it is by now, to go on in the place of "
        "the process that runs, without a gap; waits until it does",
        words);
    auto* const drain = add_verb(
        app, "drain", "Stop as by TERM: deliver what was read, then end; waits for the end", words);
    add_timeout(rotate, words);
    add_timeout(upgrade, words);
    add_timeout(drain, words);

    CommandLine line;
    const auto consumers_verbs = add_consumers_verbs(app, words, line.consumer);
    const auto spool_verbs = add_spool_verbs(app, words, line.spool);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        std::ostringstream complaint;
        const bool is_help = app.exit(error, out, complaint) == 0;
        const bool is_incomplete = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
        const auto unknown = is_incomplete ? describe_unknown_verb(app) : std::string();
        line.exit_code = is_help ? ExitCode::done : ExitCode::usage;
        line.text =
            is_help ? out.str() : "conduitctl: " + (unknown.empty() ? complaint.str() : unknown);
        return line;
    }
    if (rotate->parsed()) line.verb = Verb::rotate;
    if (upgrade->parsed()) line.verb = Verb::upgrade;
    if (drain->parsed()) line.verb = Verb::drain;
    if (consumers_verbs.list->parsed()) line.verb = Verb::list_consumers;
    if (consumers_verbs.remove->parsed()) line.verb = Verb::remove_consumer;
    if (spool_verbs.spool->parsed()) line.verb = Verb::spool;
    if (spool_verbs.verify->parsed()) line.spool.verb = SpoolVerb::verify;
    if (spool_verbs.dump->parsed()) line.spool.verb = SpoolVerb::dump;
    if (spool_verbs.tail->parsed()) line.spool.verb = SpoolVerb::tail;
    if (const auto complaint = judge(words, line); !complaint.empty()) {
        line.exit_code = ExitCode::usage;
        line.text = "conduitctl: " + complaint + "\n";
    }
    return line;
}

}  // namespace conduitctl
