#pragma once

#include "twitch_sim/model/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A scenario file: orders of the admin API, each with its time after the start of the simulator, in
// Twitch's seconds.
//
//     - {at: 10s, do: emit, count: 5}
//     - at: 1m30s
//       do: reconnect
//       shard: 0
namespace twitch_sim {

struct ScheduledOrder {
    Duration at{};
    HttpCall call;
};

struct Scenario {
    std::vector<ScheduledOrder> orders;
    // "lost.yaml:3: count is a whole number from 1 to 100000; found 0". Nothing is ordered where
    // there are any.
    std::vector<std::string> problems;
};

// Nothing to do when the path is empty.
[[nodiscard]] Scenario load_scenario(const std::string& path);

// Takes any bytes; `file` is what problems begin with.
[[nodiscard]] Scenario parse_scenario(const std::string& text, std::string_view file);

// "250ms", "10s", "1m30s", "2h"; a number alone is seconds.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

}  // namespace twitch_sim
