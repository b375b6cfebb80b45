#include "config/problem.hpp"

#include "base/quote.hpp"

#include <fmt/format.h>

namespace conduitd::settings {

std::string describe(std::string_view where, std::string_view key, std::string_view what,
                     std::string_view advice) {
    std::string out = printable(where, shown_path_max);
    if (!key.empty()) out += ": " + printable(key);
    out += fmt::format(": {}", what);
    if (!advice.empty()) out += fmt::format("; {}", advice);
    return out;
}

std::string describe_value(std::string_view where, const Setting& setting, std::string_view value,
                           const Refusal& refusal) {
    const bool is_shown = refusal.is_shown && !setting.is_secret();
    const std::string found = is_shown ? in_quotes(value) : "the value (not shown)";
    return describe(where, setting.name, fmt::format("{} {}", found, refusal.why),
                    allowed(setting));
}

std::string allowed(const Setting& setting) {
    const std::string otherwise =
        setting.fallback.empty()
            ? std::string()
            : fmt::format(", or remove it for the default ({})", setting.fallback);
    return fmt::format("allowed: {}; correct it{}", setting.values, otherwise);
}

}  // namespace conduitd::settings
