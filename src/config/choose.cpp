#include "config/choose.hpp"

#include "base/ensure.hpp"
#include "base/quote.hpp"
#include "config/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace conduitd::settings {
namespace {

std::vector<const Candidate*> candidates_of(const Setting& setting, const Sources& sources) {
    std::vector<const Candidate*> found;
    for (const Candidate& candidate : sources.candidates) {
        if (candidate.setting == &setting) found.push_back(&candidate);
    }
    std::ranges::stable_sort(found, std::ranges::greater(), &Candidate::rank);
    return found;
}

std::optional<Refusal> try_apply(const Candidate& candidate) {
    Config scratch;
    return candidate.setting->apply(candidate.text, scratch);
}

// `candidates` are in descending order of rank; neighbours are compared.
void refuse_disagreement(const std::vector<const Candidate*>& candidates, Choices& choices) {
    for (std::size_t i = 1; i < candidates.size(); ++i) {
        const Candidate& first = *candidates[i - 1];
        const Candidate& second = *candidates[i];
        if (first.rank != second.rank || first.text == second.text) continue;
        const bool is_shown =
            !first.setting->is_secret() && !try_apply(first) && !try_apply(second);
        const auto values =
            is_shown ? fmt::format(" ({} and {})", in_quotes(first.text), in_quotes(second.text))
                     : std::string();
        const auto where = first.origin == second.origin
                               ? fmt::format("{} given twice", first.origin)
                               : fmt::format("{} and {}", first.origin, second.origin);
        choices.problems.push_back(describe(where, first.setting->name,
                                            fmt::format("they disagree{}", values),
                                            "keep one of them, or give both the same value"));
    }
}

// "CONDUITD_SHARD_ID=3"; for a secret, or a value in a file, the origin alone.
std::string name_with_value(const Candidate& candidate) {
    const bool is_shown = !candidate.setting->is_secret() &&
                          (candidate.rank == Rank::environment || candidate.rank == Rank::flag);
    const auto origin = printable(candidate.origin, shown_path_max);
    return is_shown ? fmt::format("{}={}", origin, printable(candidate.text)) : origin;
}

void note_overrides(const std::vector<const Candidate*>& candidates, Choices& choices) {
    const Candidate& winner = *candidates.front();
    for (const Candidate* const other : candidates) {
        if (other->rank == winner.rank || other->text == winner.text) continue;
        choices.notes.push_back(fmt::format("{}: {} overrides {}", winner.setting->name,
                                            name_with_value(winner),
                                            printable(other->origin, shown_path_max)));
    }
}

Choice choose_one(const Setting& setting, const Sources& sources, Config& config,
                  Choices& choices) {
    Choice choice{&setting};
    const auto candidates = candidates_of(setting, sources);
    for (const Candidate* const candidate : candidates) {
        const auto refusal = try_apply(*candidate);
        if (!refusal) continue;
        choices.problems.push_back(
            describe_value(candidate->origin, setting, candidate->text, *refusal));
        if (candidate == candidates.front()) choice.is_refused = true;
    }
    refuse_disagreement(candidates, choices);

    if (candidates.empty()) {
        if (setting.fallback.empty()) return choice;
        ensure(!setting.apply(setting.fallback, config), "a default is a value of its setting");
        return choice;
    }
    choice.winner = candidates.front();
    if (choice.is_refused) return choice;
    ensure(!setting.apply(choice.winner->text, config), "a value parses the same way twice");
    note_overrides(candidates, choices);
    return choice;
}

}  // namespace

const Choice& Choices::of(std::string_view name) const {
    const auto row = std::ranges::find_if(
        rows, [name](const Choice& choice) { return choice.setting->name == name; });
    ensure(row != rows.end(), "only settings of the table are looked up");
    return *row;
}

Choices choose(const Sources& sources, Config& config) {
    Choices choices;
    for (const Setting& setting : all_settings()) {
        choices.rows.push_back(choose_one(setting, sources, config, choices));
    }
    return choices;
}

}  // namespace conduitd::settings
