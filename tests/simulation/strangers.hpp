#pragma once

#include "event_queue.hpp"
#include "plan.hpp"
#include "socket_network.hpp"
#include "trace.hpp"
#include "twitch.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

// Somebody else who claims the shards of workers: another installation that is configured for the
// same ones, by mistake, or one that keeps a shard for a worker. Each has a session of its own at
// Twitch, claims its shards for it once, answers pings, and leaves later. What it reads is its own
// consumers' and not missing.
class Strangers {
public:
    struct Parts {
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        SocketNetwork& sockets;
        const Plan& plan;
    };
    explicit Strangers(Parts parts) : parts_(parts) {}

    // Called when one has been given a worker's shard. Set once, before anything else.
    void set_arrival_handler(std::function<void(unsigned worker)> handler) {
        on_arrival_ = std::move(handler);
    }

    enum class Kind {
        successor,  // takes the first shard of a worker
        host,       // keeps it for the worker: has one of its own as well, the spare one
    };
    // One comes now, and leaves at `until`.
    void come(unsigned worker, Kind kind, TimePoint until);
    // One is to come `delay` after the next claim of the worker is answered.
    void expect(unsigned worker, Duration delay, TimePoint until);
    void on_claimed(unsigned worker);

    // Twitch writes to a socket. Answers whether it is one of theirs.
    bool on_output(const twitch_sim::Output& output);

    // Since when somebody else's session has had the worker's shard without a pause, and which;
    // `never` when none has it.
    struct Hold {
        TimePoint since = conduitd::never;
        std::string session_id;
        bool is_host = false;  // all that time
    };
    [[nodiscard]] Hold hold_of(unsigned worker) const;

private:
    struct Expected {
        unsigned worker;
        Duration delay;
        TimePoint until;
    };
    struct Stay {
        unsigned worker;
        Kind kind;
        SocketId socket;
        TimePoint since;
        std::string session_id;
    };

    [[nodiscard]] bool claim(const Stay& stay);
    void leave(SocketId socket);
    [[nodiscard]] Stay* find(SocketId socket);

    Parts parts_;
    std::function<void(unsigned)> on_arrival_;
    std::vector<Expected> expected_;
    std::vector<Stay> stays_;
};

}  // namespace simulation
