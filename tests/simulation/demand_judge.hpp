#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "fault_model.hpp"
#include "http_network.hpp"
#include "rate_watch.hpp"
#include "socket_network.hpp"
#include "totals.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace simulation {

// Judges how much workers ask for. Its rules:
//
//  1. No worker asks for more within a minute than the limits below, whatever happens.
//  2. In a planned run there is no other reason for a fresh session than the start, a rotation, and
//     a reconnect URL that another one has made useless.
class DemandJudge {
public:
    // A reconnect URL that leads nowhere is dialled every half second for ten seconds, every two
    // for ten more (25), for two such orders a minute (50), and a dozen with a backoff from half a
    // second to thirty fit beside them.
    static constexpr std::size_t dials_a_minute_max = 65;
    // Not among them are those that follow a claim: the loss of a session that had the shard for
    // more than a moment is answered at once, a hundred times and once more each second (160), then
    // with the same backoff. How few follow shorter ones RedialJudge sees to.
    static constexpr std::size_t replacements_a_minute_max = 165;
    // Each session that gets bound is claimed once (165); one that does not, six times on average
    // within its window of seven seconds, and hardly ever twelve times; eight a minute get that far
    // (96); reading the shard back and the listing, the token and its validation are the rest.
    static constexpr std::size_t helix_calls_a_minute_max = 285;
    // For a token: each is granted and validated, and the credentials that are refused are tried
    // once a minute; where nobody answers, with a backoff from half a second to thirty (40). Calls
    // that are refused bring another one each, with a backoff from a second to a minute that begins
    // anew whenever one is not (32).
    static constexpr std::size_t token_calls_a_minute_max = 72;

    struct Parts {
        const EventQueue& queue;
        Checker& checker;
        const SocketNetwork& sockets;
        const HttpNetwork& http;
    };
    DemandJudge(Parts parts, RunClass run_class, std::size_t workers)
        : parts_(parts), run_class_(run_class), workers_(workers) {}

    void on_start(unsigned worker);  // of another process
    void on_rotation(unsigned worker) { ++workers_[worker].rotations; }
    void on_dial(unsigned worker, ProcessId process, const conduitd::Url& url);
    void on_call(unsigned worker, ProcessId process, const conduitd::HttpRequest& request);

    // Of the worker's present process.
    [[nodiscard]] unsigned fresh_dials(unsigned worker) const {
        return workers_[worker].fresh_dials;
    }

    void add_to(Totals& totals) const;

private:
    struct Worker {
        RateWatch dials;
        RateWatch replacements;
        std::uint64_t claims_at_dial = 0;  // answered by then
        RateWatch helix_calls;
        RateWatch token_calls;
        unsigned fresh_dials = 0;  // of this process
        unsigned rotations = 0;    // it was asked for
    };

    Parts parts_;
    RunClass run_class_;
    std::vector<Worker> workers_;
    std::uint64_t dials_ = 0;
    std::uint64_t calls_ = 0;
};

}  // namespace simulation
