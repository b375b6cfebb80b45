#include "command_line.hpp"

#include <charconv>
#include <string_view>

namespace simulation {
namespace {

constexpr std::string_view usage =
    R"(usage: simulate [--seeds N] [--first S] [--jobs J] [--break DEFECT [--expect-failure]]
       simulate --seed S [--trace] [--break DEFECT]
       simulate --seeds-file FILE
       simulate --find-all [--seeds N] [--first S]

Runs worker machines against a model of Twitch over a modelled network, in virtual time. Each seed
is a run of its own; without --first they begin at a random one, which is printed.

  --seeds N         so many runs (1000)
  --first S         from this seed on
  --jobs J          threads (one for each core)
  --seed S          this seed alone; with --trace, everything that happens
  --seeds-file F    the seeds in a file: one a line, # begins a comment
  --break DEFECT    with a planted defect; what there are: --break list
  --expect-failure  succeed when a run fails, and only then
  --roaming         of each seed only the fleet whose shards move
  --find-all        plant each defect in turn: each is to be found
)";

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string list_defects() {
    std::string text;
    for (const auto& row : conduitd::defects) {
        text += std::string(row.name) + std::string(26 - row.name.size(), ' ');
        text += std::string(row.what) + '\n';
    }
    return text;
}

}  // namespace

std::variant<CommandLine, Usage> parse_command_line(int count, char** words) {
    CommandLine line;
    for (int i = 1; i < count; ++i) {
        const std::string_view option = words[i];
        if (option == "--help") return Usage{std::string(usage), false};
        if (option == "--trace") {
            line.has_trace = true;
            continue;
        }
        if (option == "--roaming") {
            line.playing = Playing::roaming_only;
            continue;
        }
        if (option == "--find-all") {
            line.finds_all = true;
            continue;
        }
        if (option == "--expect-failure") {
            line.must_fail = true;
            continue;
        }
        const std::string_view value = i + 1 < count ? words[++i] : "";
        const auto number = parse_number(value);
        if (option == "--seeds-file" && !value.empty()) {
            line.seeds_file = value;
        } else if (option == "--break" && value == "list") {
            return Usage{list_defects(), false};
        } else if (option == "--break" && conduitd::find_defect(value)) {
            line.defect = *conduitd::find_defect(value);
        } else if (option == "--seeds" && number) {
            line.seeds = *number;
        } else if (option == "--first" && number) {
            line.first = *number;
        } else if (option == "--seed" && number) {
            line.only = *number;
        } else if (option == "--jobs" && number && *number <= 1024) {
            line.jobs = static_cast<unsigned>(*number);
        } else {
            return Usage{"simulate: what is `" + std::string(option) + " " + std::string(value) +
                             "`?\n" + std::string(usage),
                         true};
        }
    }
    return line;
}

}  // namespace simulation
