#pragma once

#include "dice.hpp"
#include "event_queue.hpp"
#include "fault_model.hpp"
#include "helix/http.hpp"
#include "twitch_sim/model/model.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace simulation {

[[nodiscard]] twitch_sim::HttpAnswer make_error_answer(unsigned status);

// Which calls go wrong, and the answers that they get instead of Twitch's own.
class HelixFaults {
public:
    explicit HelixFaults(EventQueue& queue) : queue_(queue) {}

    // The next `count` calls whose path begins with `path`, of whatever worker, until a time.
    void trouble(HelixTrouble what, std::string_view path, unsigned count, TimePoint until);
    // Every call whose path begins with `path` is answered with a status that refuses it, of
    // whatever worker, until a time.
    void refuse(unsigned status, std::string_view path, TimePoint until);
    void end();

    // Of a call that is sent: counts it. A `look` only reads where shards are.
    [[nodiscard]] std::optional<HelixTrouble> draw(std::string_view path, bool is_look);
    // Of one that arrives: the status that refuses it.
    [[nodiscard]] std::optional<unsigned> refusal(std::string_view path) const;

    [[nodiscard]] static twitch_sim::HttpAnswer answer(HelixTrouble trouble, std::string_view body,
                                                       Dice& dice);

private:
    struct Trouble {
        HelixTrouble what;
        std::string_view path;
        unsigned count;
        TimePoint until;
    };
    struct Refusal {
        unsigned status;
        std::string_view path;
        TimePoint until;
    };

    EventQueue& queue_;
    std::vector<Trouble> troubles_;
    std::vector<Refusal> refusals_;
};

}  // namespace simulation
