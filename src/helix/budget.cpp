#include "helix/budget.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

namespace conduitd {
namespace {

// The last second that still fits a count of nanoseconds, rounded down (the year 2255).
constexpr std::int64_t unix_seconds_max = 9'000'000'000;

template <class T>
std::optional<T> parse_number(std::string_view text) {
    T number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

void Budget::read(const HttpResponse& response) {
    if (const auto points = parse_number<std::uint32_t>(response.header("Ratelimit-Limit"))) {
        limit = points;
    }
    if (const auto points = parse_number<std::uint32_t>(response.header("Ratelimit-Remaining"))) {
        remaining = points;
    }
    const auto reset = parse_number<std::int64_t>(response.header("Ratelimit-Reset"));
    if (reset && *reset >= 0 && *reset <= unix_seconds_max) {
        full_again_at = WallTime(std::chrono::seconds(*reset));
    }
}

TooMany meaning_of_429(const HttpResponse& response) {
    const auto remaining = parse_number<std::uint32_t>(response.header("Ratelimit-Remaining"));
    return remaining.value_or(0) > 0 ? TooMany::endpoint_limit : TooMany::rate_limited;
}

}  // namespace conduitd
