#include "conduitd/command_line.hpp"

#include "config/flag_source.hpp"
#include "config/nearest_name.hpp"
#include "config/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

using settings::describe;

constexpr std::pair<std::string_view, Command> commands[] = {
    {"check", Command::check}, {"config", Command::config}, {"health", Command::health}};
constexpr std::pair<std::string_view, Command> questions[] = {
    {"--help", Command::help}, {"-h", Command::help}, {"--version", Command::version}};

constexpr std::string_view live_flag = "--live";
constexpr std::string_view take_over_flag = "--take-over";

template <class Table>
std::optional<Command> look_up(const Table& table, std::string_view word) {
    const auto row = std::ranges::find(table, word, [](const auto& entry) { return entry.first; });
    return row == std::end(table) ? std::nullopt : std::optional(row->second);
}

bool is_flag(std::string_view word) {
    return word.size() > 2 && word.starts_with("--");
}

std::string_view without_dashes(std::string_view word) {
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    return word.substr(0, word.find('='));
}

// What follows '=' may be a secret: it is not shown.
std::string unknown_word(std::string_view word) {
    const auto name = without_dashes(word);
    auto meant = settings::nearest_flag(name);
    if (meant.empty() && !word.starts_with('-')) {
        meant = settings::nearest_name(name, {"check", "config", "health"});
    }
    const auto shown = word.empty() ? std::string_view("\"\"") : word.substr(0, word.find('='));
    return describe(shown, {}, "neither a flag nor a command",
                    "allowed: check, config, health, and the flags that conduitd --help lists; " +
                        (meant.empty() ? "remove it" : fmt::format("did you mean {}?", meant)));
}

void take_command(std::string_view word, CommandLine& line) {
    const auto command = look_up(commands, word);
    if (!command) {
        line.problems.push_back(unknown_word(word));
    } else if (line.command != Command::run && line.command != *command) {
        line.problems.push_back(describe(word, {}, "a second command",
                                         "allowed: one, or none to run; remove one of them"));
    } else {
        line.command = *command;
    }
}

// True when `next` is the flag's value. One that begins with `--` is given behind a '='; and where
// nobody knows the flag, a command is not taken for its value.
bool take_flag(std::string_view word, const std::optional<std::string_view>& next,
               CommandLine& line) {
    const auto name = word.substr(2, word.find('=') - 2);
    if (name.size() + 2 < word.size()) {
        line.flags.push_back({std::string(name), std::string(word.substr(name.size() + 3))});
        return false;
    }
    if (!next || is_flag(*next) || (!settings::is_flag_name(name) && look_up(commands, *next))) {
        line.flags.push_back({std::string(name), std::nullopt});
        return false;
    }
    line.flags.push_back({std::string(name), std::string(*next)});
    return true;
}

// How a process that starts another tells it where it is.
void take_socket(std::string_view text, CommandLine& line) {
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, line.takeover_socket);
    if (read.ec == std::errc() && read.ptr == end && line.takeover_socket > STDERR_FILENO) return;
    line.problems.push_back(describe(take_over_flag, text, "no number of an open socket",
                                     "allowed: --take-over, without a value"));
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    const std::vector<std::string_view> words(argv + std::min(argc, 1), argv + argc);
    CommandLine line;
    std::optional<Command> question;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto word = words[i];
        if (const auto asked = look_up(questions, word)) {
            question = question.value_or(*asked);
        } else if (word == live_flag) {
            line.is_live = true;
        } else if (word == take_over_flag) {
            line.takes_over = true;
        } else if (word.starts_with(take_over_flag) && word[take_over_flag.size()] == '=') {
            line.takes_over = true;
            take_socket(word.substr(take_over_flag.size() + 1), line);
        } else if (is_flag(word)) {
            const bool has_next = i + 1 < words.size();
            const bool has_taken_next =
                take_flag(word, has_next ? std::optional(words[i + 1]) : std::nullopt, line);
            if (has_taken_next) ++i;
        } else {
            take_command(word, line);
        }
    }
    if (line.is_live && line.command != Command::health) {
        line.problems.push_back(describe(live_flag, {}, "a flag of the command health alone",
                                         "allowed: conduitd health --live; remove it"));
    }
    if (line.takes_over && line.command != Command::run) {
        line.problems.push_back(describe(take_over_flag, {}, "a flag to run with, and no command",
                                         "allowed: conduitd --take-over; remove it"));
    }
    line.command = question.value_or(line.command);
    return line;
}

}  // namespace conduitd
