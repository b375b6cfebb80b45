#include "config/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace conduitd::settings {
namespace {

// Longer names are nobody's slip of the finger, and the distance costs the product of the lengths.
constexpr std::size_t compared_bytes_max = 64;
constexpr std::size_t edits_max = 3;

// Levenshtein's distance: insertions, deletions and replacements of one byte.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

bool is_end_of(std::string_view wanted, std::string_view name) {
    if (name.size() <= wanted.size() || !name.ends_with(wanted)) return false;
    const char before = name[name.size() - wanted.size() - 1];
    return before == '.' || before == '_';
}

}  // namespace

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names) {
    if (wanted.empty() || wanted.size() > compared_bytes_max) return {};

    const auto is_longer_form = [wanted](const std::string& name) {
        return is_end_of(wanted, name);
    };
    if (std::ranges::count_if(names, is_longer_form) == 1) {
        return *std::ranges::find_if(names, is_longer_form);
    }

    const std::string* nearest = nullptr;
    std::size_t fewest = std::min(edits_max, wanted.size() / 3) + 1;
    for (const std::string& name : names) {
        const std::size_t shorter = std::min(wanted.size(), name.size());
        const std::size_t longer = std::max(wanted.size(), name.size());
        if (longer - shorter >= fewest) continue;  // that many edits at least
        const std::size_t edits = edit_distance(wanted, name);
        if (edits >= fewest) continue;
        fewest = edits;
        nearest = &name;
    }
    return nearest == nullptr ? std::string() : *nearest;
}

}  // namespace conduitd::settings
