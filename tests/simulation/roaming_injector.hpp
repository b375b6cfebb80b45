#pragma once

#include "dice.hpp"
#include "event_queue.hpp"
#include "http_network.hpp"
#include "roaming_fleet.hpp"
#include "roaming_operator.hpp"
#include "roaming_plan.hpp"
#include "socket_network.hpp"
#include "trace.hpp"
#include "twitch.hpp"

#include <optional>
#include <string>

namespace simulation {

[[nodiscard]] std::string_view name_of(RoamingEventKind kind);

// Carries out what happens to a fleet whose shards move.
class RoamingInjector {
public:
    struct Parts {
        const RoamingPlan& plan;
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        SocketNetwork& sockets;
        HttpNetwork& http;
        RoamingFleet& fleet;
        RoamingOperator& people;
    };
    RoamingInjector(Parts parts, std::uint64_t seed) : parts_(parts), dice_(seed) {}

    void inject(const RoamingEvent& event);
    void end_faults();

private:
    void disturb_process(const RoamingEvent& event);
    void disturb_session(const RoamingEvent& event);
    void disturb_calls(RoamingEventKind kind);
    void restart_in_turn(unsigned worker);
    void await_return(unsigned worker);
    [[nodiscard]] std::optional<std::string> session_of(unsigned worker);
    // From now, but not beyond the faults' end.
    [[nodiscard]] TimePoint until(Duration length) const;
    [[nodiscard]] Duration length_until(Duration length) const {
        return until(length) - parts_.queue.now();
    }

    Parts parts_;
    Dice dice_;
    bool is_restarting_ = false;
};

}  // namespace simulation
