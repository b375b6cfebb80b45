#include "twitch_sim/model/clock.hpp"

namespace twitch_sim {

std::string timestamp(WallTime time) {
    std::string text = conduitd::format_rfc3339(time);
    text.pop_back();
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text += 'Z';
}

std::string timestamp_seconds(WallTime time) {
    std::string text = conduitd::format_rfc3339(time);
    text.erase(text.find('.'));
    return text += 'Z';
}

}  // namespace twitch_sim
