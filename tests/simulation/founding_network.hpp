#pragma once

#include "connection.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "founding_judge.hpp"
#include "founding_plan.hpp"
#include "socket_network.hpp"
#include "trace.hpp"
#include "twitch.hpp"
#include "worker/actions.hpp"
#include "worker_process.hpp"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

// What stands between the workers of a founding and Twitch. Each call is on a connection of its
// own; what Twitch writes to a session arrives in its order, and no session is ever disturbed.
class FoundingNetwork {
public:
    struct Parts {
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        FoundingJudge& judge;
        FindProcess find_process;  // none of those that are gone
    };
    FoundingNetwork(Parts parts, const FoundingPlan& plan, std::uint64_t seed);

    void send(ProcessId process, conduitd::SendRequest& send);
    void dial(ProcessId process, const conduitd::DialSession& dial);
    void leave(ProcessId process, SessionKey key);

    // What Twitch wrote goes on its way: after each thing that it is told.
    void deliver_outputs();

    // The process is told something now, if it is there.
    template <class Call>
    void tell(ProcessId process, Call call) {
        auto* const found = parts_.find_process(process);
        if (found != nullptr) found->receive([&] { call(*found); });
    }

private:
    // What becomes of a call.
    enum class Fate { answered, lost_before, lost_after, error_after };
    struct Place {
        ProcessId process;
        SessionKey key;
    };

    Duration one_way() { return dice_.spread(std::chrono::microseconds(200), plan_.one_way_max); }
    [[nodiscard]] Fate draw_fate(ProcessId process, const conduitd::HttpRequest& request);
    void arrive(ProcessId process, conduitd::RequestId id, const conduitd::HttpRequest& request,
                Fate fate);
    [[nodiscard]] twitch_sim::HttpAnswer call_twitch(ProcessId process,
                                                     const conduitd::HttpRequest& request);
    void expect_hasty_user(const conduitd::HttpRequest& request, std::string_view answer);
    void use_hastily(const std::string& conduit_id);

    template <class Call>
    void later(SocketId socket, Call call) {
        const auto place = places_.find(socket);
        if (place == places_.end()) return;
        parts_.queue.after(plan_.one_way_max, [this, process = place->second.process, call] {
            tell(process, [&](WorkerProcess& one) { call(one); });
        });
    }

    Parts parts_;
    const FoundingPlan& plan_;
    Dice dice_;
    std::map<SocketId, Place> places_;
    std::vector<twitch_sim::Output> outputs_;
    // Calls of a process. After more of them a worker that has lost would delete its conduit later
    // than others wait for that.
    static constexpr unsigned disturbed_max = 2;
    std::map<ProcessId, unsigned> disturbed_;
    bool was_hasty_ = false;
};

}  // namespace simulation
