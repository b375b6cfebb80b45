#pragma once

#include "base/url.hpp"
#include "checker.hpp"
#include "claim_judge.hpp"
#include "conduct.hpp"
#include "connection.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "false_gaps.hpp"
#include "gap_judge.hpp"
#include "promptness.hpp"
#include "trace.hpp"
#include "twitch.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

class WorkerProcess;

// Who is there; null for a process that is no more.
using FindProcess = std::function<WorkerProcess*(ProcessId)>;

// How long frames take, and how a connection's ends behave, as the daemon's WebSocket does
// (io/websocket.hpp).
struct SocketLimits {
    Duration dial_timeout = std::chrono::seconds(5);
    Duration close_timeout = std::chrono::seconds(3);
    Duration close_limit = std::chrono::seconds(5);
    // After this the kernel at Twitch's side gives up a peer that acknowledges nothing.
    Duration far_user_timeout = std::chrono::seconds(45);
};

// The WebSockets of all workers: what is written at one end arrives at the other after a delay, in
// order, unless a fault is in the way. Every notification that Twitch writes is accounted for at
// the checker.
//
// The functions stand in several files: socket_network.cpp (the life of a connection),
// socket_traffic.cpp (what goes over it), and socket_faults.cpp.
class SocketNetwork {
public:
    struct Parts {
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        Checker& checker;
        Conduct& conduct;
        Promptness& promptness;
        ClaimJudge& claim_judge;
        GapJudge& gap_judge;
        FalseGaps& false_gaps;
        FindProcess find_process;
    };
    SocketNetwork(Parts parts, std::uint64_t seed, Duration delay_max);

    // What workers do.
    void dial(ProcessId process, SessionKey key, const conduitd::Url& url);
    void close(ProcessId process, SessionKey key);
    void abort(ProcessId process, SessionKey key);

    // What Twitch does.
    void on_output(twitch_sim::Output& output);

    // The process is gone. Either its machine still ends its connections, or nobody at the other
    // side learns of it.
    enum class LastWords { said, unsaid };
    void on_process_end(ProcessId process, LastWords last_words);

    // Faults.
    void reset(Connection& connection);
    void make_black_hole(Connection& connection);
    // Something may keep it from speaking: it is looked at when its worker is to know.
    void watch_silence(Connection& connection);
    void slow_down(ProcessId process, TimePoint until);
    enum class DialFault { refused, unanswered };
    enum class DialTarget { any, base_url, reconnect_url };
    void disturb_dials(ProcessId process, DialFault how, DialTarget target, TimePoint until);
    void drop_after_welcomes(unsigned count) { drops_after_welcome_ = count; }
    void end_faults();

    // The connections of a process that are open at both ends.
    [[nodiscard]] std::vector<Connection*> open_connections(ProcessId process);
    // How many of its dials were refused.
    [[nodiscard]] std::size_t refusals(ProcessId process) const;
    // Has the process a connection that has not ended at its side?
    [[nodiscard]] bool has_unended(ProcessId process) const;
    // Has a connection of the process been slow of late?
    [[nodiscard]] bool is_slow(ProcessId process) const;
    // Is this socket of Twitch's one that the process still reads?
    [[nodiscard]] bool is_read_by(SocketId socket, ProcessId process) const;
    // Whose socket of Twitch's it is, read or not.
    [[nodiscard]] std::optional<ProcessId> process_of(SocketId socket) const;

    // The next socket that Twitch opens is not of this network: its id. To be released when Twitch
    // opens none.
    SocketId reserve_socket();
    void release_socket() { of_socket_.pop_back(); }

    [[nodiscard]] std::uint64_t dials() const { return connections_.size(); }

private:
    static constexpr ConnectionId nobody = UINT32_MAX;

    struct Slowness {
        ProcessId process;
        TimePoint until;
    };
    struct DialTrouble {
        ProcessId process;
        DialFault how;
        DialTarget target;
        TimePoint until;
    };

    Connection* find(ProcessId process, SessionKey key);
    Connection* find(SocketId socket);
    [[nodiscard]] ConnectionId connection_of(SocketId socket) const;  // or nobody
    [[nodiscard]] Duration jitter(Connection& connection, const Path& path);

    // Something goes to the other end; `arrive` is called unless the connection is a black hole.
    template <class Arrive>
    void send_up(Connection& connection, Arrive arrive) {
        if (connection.is_black_hole) return;
        const auto at =
            connection.up.arrival(parts_.queue.now(), jitter(connection, connection.up));
        parts_.queue.at(at, [&connection, arrive = std::move(arrive)]() mutable {
            if (!connection.is_black_hole && connection.fault != "frozen") arrive();
        });
    }
    template <class Arrive>
    void send_down(Connection& connection, Arrive arrive) {
        if (connection.is_black_hole) return;
        const auto at =
            connection.down.arrival(parts_.queue.now(), jitter(connection, connection.down));
        parts_.queue.at(at, [&connection, arrive = std::move(arrive)]() mutable {
            if (!connection.is_black_hole) arrive();
        });
    }

    void on_dial_arrived(Connection& connection, const conduitd::Url& url);
    void refuse(Connection& connection, conduitd::SessionEnd end, Duration delay);
    void write(Connection& connection, std::string text);
    void send_close_frame(Connection& connection, std::uint16_t code);
    void answer_ping(Connection& connection);
    void on_arrived(Connection& connection, std::string text, std::optional<CopyId> copy);
    void note_proof(const Connection& connection, bool is_message);
    void deliver(Connection& connection, const std::string& text, std::optional<CopyId> copy);
    void end_near(Connection& connection, NearEnd how, conduitd::SessionEnd end);
    void end_far(Connection& connection);
    void watch_close(Connection& connection);
    void note_silence(const Connection& connection);
    template <class What>
    void tell_process(Connection& connection, What what);

    Parts parts_;
    Dice dice_;
    Duration delay_max_;
    SocketLimits limits_;
    std::deque<Connection> connections_;   // by id
    std::vector<ConnectionId> of_socket_;  // by Twitch's id
    std::vector<Slowness> slowness_;
    std::vector<DialTrouble> dial_troubles_;
    unsigned drops_after_welcome_ = 0;
};

}  // namespace simulation
