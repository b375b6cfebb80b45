#pragma once

#include "dice.hpp"
#include "roaming_judge.hpp"
#include "roaming_places.hpp"
#include "trace.hpp"
#include "twitch.hpp"

#include <cstdint>
#include <string>

namespace simulation {

// Somebody who makes the conduit of a fleet larger and smaller, with calls that take no time.
class RoamingOperator {
public:
    // A conduit of a run grows to so many shards.
    static constexpr std::uint32_t shards_max = 14;

    struct Parts {
        Trace& trace;
        Twitch& twitch;
        const RoamingPlaces& places;
        RoamingJudge& judge;
    };
    RoamingOperator(Parts parts, std::string conduit_id)
        : parts_(parts), conduit_id_(std::move(conduit_id)), token_(parts_.twitch.make_token()) {}

    // Some more, which are bound to the sessions that are there, one after the other, or left to
    // whoever finds them.
    void scale_up(Dice& dice);
    // Less by the last.
    void scale_down();
    // Likewise, with the last one's transport copied to a lower number before: its session is to
    // know it under that.
    void scale_about(Dice& dice);

private:
    void set_count(std::uint32_t count);
    void bind(std::uint32_t shard, const std::string& session_id);

    Parts parts_;
    std::string conduit_id_;
    std::string token_;
};

}  // namespace simulation
