#include "twitch_sim/model/call_log.hpp"

#include <utility>

namespace twitch_sim {

void CallLog::add(Call call, const std::string& path) {
    const auto key = call.method + ' ' + path;
    if (const auto known = counts_.find(key); known != counts_.end()) {
        ++known->second;
    } else if (counts_.size() < counts_max) {
        counts_.emplace(key, 1);
    }
    if (!path.starts_with("/helix/")) return;
    if (calls_.size() >= calls_max) calls_.pop_front();
    calls_.push_back(std::move(call));
}

}  // namespace twitch_sim
