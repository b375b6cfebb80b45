#pragma once

#include "claim_judge.hpp"
#include "conduct.hpp"
#include "connection.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "false_gaps.hpp"
#include "helix_faults.hpp"
#include "promptness.hpp"
#include "socket_network.hpp"
#include "token_judge.hpp"
#include "trace.hpp"
#include "twitch.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace simulation {

// The HTTP calls of all workers, each on a connection of its own: they overtake one another.
class HttpNetwork {
public:
    struct Parts {
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        Conduct& conduct;
        Promptness& promptness;
        ClaimJudge& claim_judge;
        TokenJudge& token_judge;
        FalseGaps& false_gaps;
        FindProcess find_process;
    };
    HttpNetwork(Parts parts, std::uint64_t seed, Duration delay_max)
        : parts_(std::move(parts)), dice_(seed), delay_max_(delay_max), faults_(parts_.queue) {}

    // Called when a claim is sent, when it takes effect, and when its caller, if it is still there,
    // is told so. Set once, before anything else.
    struct ClaimHandlers {
        std::function<void(ProcessId, std::string_view body)> on_sent{};  // may be empty
        std::function<void(ProcessId)> on_effect;
        std::function<void(ProcessId)> on_answer;
    };
    void set_claim_handlers(ClaimHandlers handlers) { claim_handlers_ = std::move(handlers); }

    // Likewise, for every call: it is sent, it is about to take effect, it has, and its caller gets
    // an answer of Twitch's own. None need be set.
    struct CallHandlers {
        using OnCall = std::function<void(ProcessId, const conduitd::HttpRequest&)>;
        using OnAnswer =
            std::function<void(ProcessId, const conduitd::HttpRequest&, std::string_view body)>;
        OnCall on_sent;
        OnCall before_effect;
        OnAnswer on_effect;
        OnAnswer on_told;
    };
    void set_call_handlers(CallHandlers handlers) { call_handlers_ = std::move(handlers); }

    void send(ProcessId process, conduitd::SendRequest& send);

    [[nodiscard]] HelixFaults& faults() { return faults_; }

    // Was the process told, by whomever, that its credentials do not serve?
    [[nodiscard]] bool was_refused(ProcessId process) const { return refused_.contains(process); }
    // When a call of the process last was disturbed, or was not answered as was hoped for.
    [[nodiscard]] TimePoint disturbed_at(ProcessId process) const;

    // When it was last told that most of the points are spent.
    [[nodiscard]] TimePoint few_points_at(ProcessId process) const;
    // When the process last asked where its shards are.
    [[nodiscard]] TimePoint looked_at(ProcessId process) const;
    // When it was last told of what became of a claim.
    [[nodiscard]] TimePoint claimed_at(ProcessId process) const;

    // How many claims of the process were answered with what Twitch itself says.
    [[nodiscard]] std::uint64_t claims_answered(ProcessId process) const {
        const auto found = claims_answered_.find(process);
        return found == claims_answered_.end() ? 0 : found->second;
    }

private:
    struct Exchange;  // one call, from its request to its end

    [[nodiscard]] Duration one_way();
    [[nodiscard]] twitch_sim::HttpAnswer call_twitch(Exchange& exchange);
    [[nodiscard]] std::string http_date() const;
    void finish(const std::shared_ptr<Exchange>& exchange,
                conduitd::Result<conduitd::HttpResponse> answer);
    void note_token(const Exchange& exchange,
                    const conduitd::Result<conduitd::HttpResponse>& answer);
    void on_claim_sent(const Exchange& exchange);
    [[nodiscard]] static bool is_refused(const Exchange& exchange,
                                         const conduitd::Result<conduitd::HttpResponse>& answer);
    void on_claim_read(const Exchange& exchange,
                       const conduitd::Result<conduitd::HttpResponse>& answer);
    void on_claim_over(const Exchange& exchange,
                       const conduitd::Result<conduitd::HttpResponse>& answer);

    Parts parts_;
    Dice dice_;
    Duration delay_max_;
    HelixFaults faults_;
    std::set<ProcessId> refused_;
    std::map<ProcessId, TimePoint> disturbed_at_;
    std::map<ProcessId, TimePoint> few_points_at_;
    std::map<ProcessId, TimePoint> looked_at_;
    std::map<ProcessId, TimePoint> claimed_at_;
    ClaimHandlers claim_handlers_;
    CallHandlers call_handlers_;
    std::map<ProcessId, std::uint64_t> claims_answered_;
};

}  // namespace simulation
