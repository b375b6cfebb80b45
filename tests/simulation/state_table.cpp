#include "state_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

namespace simulation {
namespace {

using conduitd::WorkerState;

std::string_view trimmed(std::string_view text) {
    const auto from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

// What stands between the separators, without what is before the first and behind the last.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (auto at = text.find(separator); at != std::string_view::npos;) {
        const auto next = text.find(separator, at + 1);
        if (next == std::string_view::npos) break;
        parts.push_back(trimmed(text.substr(at + 1, next - at - 1)));
        at = next;
    }
    return parts;
}

std::optional<WorkerState> state_of(std::string_view name) {
    for (std::size_t state = 0; state < worker_states; ++state) {
        const auto candidate = static_cast<WorkerState>(state);
        if (name_of(candidate) == name) return candidate;
    }
    return std::nullopt;
}

bool read_row(WorkerState from, const std::vector<std::string_view>& cells, StateTable& table) {
    if (cells.size() != input_names.size() + 1) return false;
    for (std::size_t input = 0; input < input_names.size(); ++input) {
        if (cells[input + 1].empty()) continue;
        const auto list = fmt::format(",{},", cells[input + 1]);
        for (auto word : split(list, ',')) {
            const bool is_rare = word.starts_with('(') && word.ends_with(')');
            if (is_rare) word = word.substr(1, word.size() - 2);
            const auto to = state_of(word);
            if (!to) return false;
            table.listed.note(from, static_cast<Input>(input), *to);
            if (!is_rare) table.usual.note(from, static_cast<Input>(input), *to);
        }
    }
    return true;
}

bool is_head(const std::vector<std::string_view>& cells) {
    return cells.size() == input_names.size() + 1 &&
           std::equal(input_names.begin(), input_names.end(), cells.begin() + 1);
}

}  // namespace

std::optional<StateTable> read_state_table(const std::string& path) {
    std::ifstream file(path);
    StateTable table;
    bool has_head = false;
    std::size_t rows = 0;
    for (std::string line; std::getline(file, line);) {
        const auto cells = split(line, '|');
        has_head = has_head || is_head(cells);
        const auto from = cells.empty() ? std::nullopt : state_of(cells.front());
        if (!from || !has_head) continue;
        if (!read_row(*from, cells, table)) return std::nullopt;
        ++rows;
    }
    return rows == worker_states ? std::optional(table) : std::nullopt;
}

std::vector<std::string> missing_in(const Coverage& those, const Coverage& these) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < worker_states; ++from) {
        for (std::size_t input = 0; input < input_names.size(); ++input) {
            for (std::size_t to = 0; to < worker_states; ++to) {
                if (!these.has(from, input, to) || those.has(from, input, to)) continue;
                lines.push_back(fmt::format("{}, {}: {}", name_of(static_cast<WorkerState>(from)),
                                            input_names[input],
                                            name_of(static_cast<WorkerState>(to))));
            }
        }
    }
    return lines;
}

}  // namespace simulation
