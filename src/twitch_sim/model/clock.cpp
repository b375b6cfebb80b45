#include "twitch_sim/model/clock.hpp"

#include <cstddef>

namespace twitch_sim {
namespace {

constexpr std::size_t seconds_end = 19;  // "2026-03-04T05:07:01"

void end_at(std::size_t end, std::string& text) {
    text[end] = 'Z';
    text.erase(end + 1);
}

}  // namespace

std::string timestamp(WallTime time) {
    std::string text = conduitd::format_rfc3339(time);
    auto end = text.size() - 1;
    while (text[end - 1] == '0') --end;
    end_at(end == seconds_end + 1 ? seconds_end : end, text);
    return text;
}

std::string timestamp_seconds(WallTime time) {
    std::string text = conduitd::format_rfc3339(time);
    end_at(seconds_end, text);
    return text;
}

}  // namespace twitch_sim
