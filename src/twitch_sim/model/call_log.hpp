#pragma once

#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace twitch_sim {

// What clients asked for: the counts that tests assert on, and the latest calls for people.
class CallLog {
public:
    struct Call {
        WallTime at;
        std::string method;
        std::string target;
        unsigned status;  // 0: no answer was sent
    };

    // Counts the call under "METHOD path". Only Helix calls are kept whole: the target of a token
    // request may carry the secret.
    void add(Call call, const std::string& path);

    [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
    [[nodiscard]] const std::deque<Call>& calls() const { return calls_; }  // oldest first

private:
    static constexpr std::size_t calls_max = 1'000;
    static constexpr std::size_t counts_max = 1'000;  // further paths are not counted

    std::map<std::string, std::uint64_t> counts_;
    std::deque<Call> calls_;
};

}  // namespace twitch_sim
