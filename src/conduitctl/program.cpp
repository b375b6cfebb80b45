#include "conduitctl/program.hpp"

#include "conduitctl/command_line.hpp"
#include "conduitctl/order.hpp"
#include "conduitctl/search.hpp"
#include "conduitctl/status_view.hpp"
#include "config/location.hpp"
#include "io/environment.hpp"
#include "io/files.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace conduitctl {
namespace {

namespace json = boost::json;

void print(std::FILE* to, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), to);
}

void print_json(json::object document) {
    print(stdout, json::serialize(document) + "\n");
}

struct Found {
    std::vector<Worker> workers;
    std::vector<std::string> looked;    // empty when a socket was named
    std::vector<std::string> problems;  // of the configuration; then nothing was looked for
};

// The default file is not read unless it is named: others than the workers may not be allowed to.
conduitd::ConfigInput config_input(const CommandLine& line) {
    conduitd::ConfigInput input;
    if (!line.config.empty()) input.flags.push_back({"config", line.config});
    input.environment = conduitd::read_environment();
    input.host_name = conduitd::read_host_name();
    input.default_file.clear();
    input.read_file = [](const std::string& path) { return conduitd::read_file(path); };
    return input;
}

Found find(const CommandLine& line) {
    Found found;
    std::vector<std::string> sockets{line.selector.socket};
    if (line.selector.socket.empty()) {
        const auto input = config_input(line);
        auto location = conduitd::locate_worker(input);
        if (!location.problems.empty()) {
            found.problems = std::move(location.problems);
            return found;
        }
        auto search = find_sockets(known_places(input, location, line.state_dir));
        sockets = std::move(search.paths);
        found.looked = std::move(search.looked);
    }
    found.workers = look_at_all(sockets);
    return found;
}

ExitCode refuse(const CommandLine& line, const Selection& selection) {
    print(stderr, "conduitctl: " + selection.complaint + "\n");
    if (line.format == OutputFormat::json) {
        auto document = make_status_json(selection.workers);
        document["error"] = selection.complaint;
        print_json(std::move(document));
    }
    return *selection.refusal;
}

ExitCode refuse_configuration(const CommandLine& line, const std::vector<std::string>& problems) {
    for (const auto& problem : problems) print(stderr, "conduitctl: " + problem + "\n");
    if (line.format == OutputFormat::json) {
        auto document = make_status_json({});
        document["error"] = fmt::format("{}", fmt::join(problems, "\n"));
        print_json(std::move(document));
    }
    return ExitCode::usage;
}

ExitCode show_status(const CommandLine& line, Found found) {
    const auto selection = select_to_show(std::move(found.workers), line.selector, found.looked);
    if (selection.refusal) return refuse(line, selection);
    const auto& workers = selection.workers;
    if (line.format == OutputFormat::json) print_json(make_status_json(workers));

    const auto answering = std::ranges::count(workers, Reach::answers, &Worker::reach);
    const auto unreachable = std::ranges::count(workers, Reach::unreachable, &Worker::reach);
    if (line.format == OutputFormat::text) {
        if (answering > 1) print(stdout, make_table(workers));
        for (const auto& worker : workers) {
            if (worker.reach != Reach::answers) {
                print(stderr, fmt::format("conduitctl: {}: {}\n", worker.place(), worker.error));
            } else if (answering == 1) {
                print(stdout, describe_worker(worker));
            }
        }
    }
    return unreachable == 0 ? ExitCode::done : ExitCode::failed;
}

// Those that ended without removing their sockets have no consumers.
Selection select_to_list(std::vector<Worker> found, const CommandLine& line,
                         const std::vector<std::string>& looked) {
    auto selection = select_to_show(std::move(found), line.selector, looked);
    std::erase_if(selection.workers,
                  [](const Worker& worker) { return worker.reach == Reach::stale; });
    return selection;
}

std::vector<Outcome> give(const CommandLine& line, const std::vector<Worker>& workers) {
    switch (line.verb) {
        case Verb::rotate:
            return rotate(workers, line.timeout);
        case Verb::upgrade:
            return upgrade(workers, line.timeout);
        case Verb::drain:
            return drain(workers, line.timeout);
        case Verb::list_consumers:
            return list_consumers(workers);
        case Verb::remove_consumer:
            return remove_consumer(workers, line.consumer);
        case Verb::status:
        case Verb::spool:
            break;
    }
    return {};
}

ExitCode give_order(const CommandLine& line, Found found) {
    const auto selection =
        line.verb == Verb::list_consumers
            ? select_to_list(std::move(found.workers), line, found.looked)
            : select_to_order(std::move(found.workers), line.selector, found.looked);
    if (selection.refusal) return refuse(line, selection);
    const auto& workers = selection.workers;
    const auto outcomes = give(line, workers);
    json::array list;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        const auto& outcome = outcomes[i];
        json::object entry{{"socket", workers[i].socket},
                           {"name", workers[i].status.text("name")},
                           {"shard_id", workers[i].status.text("shard_id")},
                           {"is_done", outcome.is_done}};
        if (!outcome.is_done) entry["error"] = outcome.text;
        for (const auto& fact : outcome.facts) entry.insert(fact);
        list.push_back(std::move(entry));
        if (line.format == OutputFormat::text) {
            print(outcome.is_done ? stdout : stderr,
                  fmt::format("{}: {}\n", workers[i].label(), outcome.text));
        }
    }
    if (line.format == OutputFormat::json) print_json({{"workers", std::move(list)}});
    const bool is_done = std::ranges::all_of(outcomes, &Outcome::is_done);
    return is_done ? ExitCode::done : ExitCode::failed;
}

ExitCode run(const CommandLine& line) {
    if (line.exit_code) {
        print(*line.exit_code == ExitCode::done ? stdout : stderr, line.text);
        return *line.exit_code;
    }
    if (line.verb == Verb::spool) return look_at_spool(line.spool, line.format);
    auto found = find(line);
    if (!found.problems.empty()) return refuse_configuration(line, found.problems);
    return line.verb == Verb::status ? show_status(line, std::move(found))
                                     : give_order(line, std::move(found));
}

// Failed where the output did not take everything.
ExitCode end_output(ExitCode code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    print(stderr, "conduitctl: stdout does not take everything\n");
    return code == ExitCode::done ? ExitCode::failed : code;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
    try {
        const auto line = parse_command_line(argc, argv);
        // A worker may close its socket; `spool` has none, and ends with whoever reads its output.
        if (line.verb != Verb::spool) std::signal(SIGPIPE, SIG_IGN);
        return static_cast<int>(end_output(run(line)));
    } catch (const std::exception& error) {
        print(stderr,
              fmt::format("conduitctl: ended by an error that should not be: {}\n", error.what()));
        return static_cast<int>(ExitCode::internal);
    }
}

}  // namespace conduitctl
