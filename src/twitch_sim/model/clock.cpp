#include "twitch_sim/model/clock.hpp"

#include <cstddef>
#include <utility>

namespace twitch_sim {
namespace {

constexpr std::size_t seconds_end = 19;  // "2026-03-04T05:07:01"

std::string end_at(std::size_t end, std::string text) {
    text[end] = 'Z';
    text.resize(end + 1);
    return text;
}

}  // namespace

std::string timestamp(WallTime time) {
    std::string text = conduitd::format_rfc3339(time);
    auto end = text.size() - 1;
    while (text[end - 1] == '0') --end;
    return end_at(end == seconds_end + 1 ? seconds_end : end, std::move(text));
}

std::string timestamp_seconds(WallTime time) {
    return end_at(seconds_end, conduitd::format_rfc3339(time));
}

}  // namespace twitch_sim
