#pragma once

#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/faults.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/ledger.hpp"
#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/request.hpp"
#include "twitch_sim/model/socket.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twitch_sim {

// The EventSub WebSocket side. A *session* is what a shard points at; a *socket* carries it. Most
// sessions have one socket. In a reconnect O (the old socket) is told to move and goes on carrying
// the session; N (dialled with the challenge) becomes its successor; the session changes over the
// moment N's welcome has been written, or Switches::overlap later, and O is left to be closed by
// the client, or by us with 4004 when the grace ends. When N gets a session of its own
// (ReconnectId::fresh), O keeps carrying the first one until its end, and only a call moves the
// shard.
//
// A session ends with the socket that carries it, unless a successor was welcomed.
//
// The functions stand in several files: sessions.cpp (how a session begins, its timers),
// session_writes.cpp, session_reconnect.cpp, session_end.cpp, and session_orders.cpp (what tests
// ask for).
class Sessions {
public:
    struct Session {
        std::string id;
        SocketId carrier{};
        std::optional<SocketId> successor;  // has the challenge; the session has not moved yet
        WallTime connected_at{};
        bool is_used = false;     // was named in a call: no 4003 any more
        std::string client_id;    // that named it first
        unsigned moves_left = 0;  // further reconnects, each ordered as soon as one is done
    };
    // How a socket ended, for whoever reads the state.
    struct Ended {
        SocketId socket;
        std::string session_id;
        std::string by;  // "server", "client", "network"
        std::uint16_t code;
        WallTime at;
    };
    // The parts of the model that the sessions talk to; all outlive them.
    struct Parts {
        const ModelOptions& options;
        Clock clock;
        Ids& ids;
        Faults& faults;
        Conduits& conduits;
        Ledger& ledger;
        std::deque<Output>& outputs;
    };

    explicit Sessions(Parts parts) : parts_(std::move(parts)) {}

    // A reconnect that is wrong, reused or late gets a socket as well, and 4007 on it.
    [[nodiscard]] SocketId open(const UpgradeCall& call, const Target& target, TimePoint now);

    void on_data_frame(SocketId id, TimePoint now);
    void on_ping(SocketId id, TimePoint now);
    void on_pong(SocketId id);
    void on_written(SocketId id, TimePoint now);
    void on_write_stalled(SocketId id, TimePoint now);
    void on_client_close(SocketId id, std::uint16_t code, TimePoint now);
    void on_gone(SocketId id, TimePoint now);
    void on_lost(SocketId id, TimePoint now);
    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    // A session that is connected right now, or null; lives until the next input.
    [[nodiscard]] Session* find(std::string_view session_id);

    // What a shard is whose session is not connected any more.
    [[nodiscard]] ShardStatus status_after_end(std::string_view session_id) const;

    // The session was named in a call: the ten-second rule is met.
    void use(Session& session, std::string_view client_id);

    // Writes a message of the ledger to the session's socket. `session` is connected.
    void send_message(const Session& session, std::string text, LedgerIndex index, TimePoint now);

    // Writes it to this very socket, which is live.
    void send_message_to(SocketId id, std::string text, LedgerIndex index, TimePoint now);

    // What a test orders. A session id that is not connected does nothing.
    void send_raw(std::string_view session_id, std::string text, TimePoint now);
    // `moves` reconnects: the first now, the next as soon as N has taken over, and so on.
    void order_reconnect(std::string_view session_id, std::optional<std::string> url,
                         unsigned moves, TimePoint now);
    void close(std::string_view session_id, std::uint16_t code,
               const std::optional<std::string>& reason, TimePoint now);
    void reset(std::string_view session_id, TimePoint now);
    void freeze(std::string_view session_id);
    void mute(std::string_view session_id, bool is_on, TimePoint now);   // keepalives
    void stall(std::string_view session_id, bool is_on, TimePoint now);  // and messages
    // The next `count` messages go out in reverse order, or after 5 s as many as there are.
    void reorder(std::string_view session_id, std::size_t count, TimePoint now);
    // The next `times` texts (0: all to come) go on the wire in that shape.
    void shape(std::string_view session_id, WireShape shape, std::uint64_t times);

    // The ids of all sessions that are connected, oldest socket first.
    [[nodiscard]] std::vector<std::string> connected() const;
    // The sockets that carry the session, did so before a reconnect, or are about to.
    [[nodiscard]] std::vector<SocketId> live_sockets(std::string_view session_id) const;
    [[nodiscard]] const std::map<SocketId, Socket>& sockets() const { return sockets_; }
    [[nodiscard]] const std::map<std::string, Session, std::less<>>& all() const {
        return sessions_;
    }
    [[nodiscard]] const std::deque<Ended>& ended() const { return ended_; }

private:
    struct Challenge {
        std::string session_id;
        TimePoint lapses_at;
    };
    // How long a socket that was told to close may take before it is reset.
    static constexpr Duration close_limit = std::chrono::seconds(5);
    static constexpr Duration hold_limit = std::chrono::seconds(5);
    static constexpr std::size_t ended_max = 100;

    Socket* open_socket(SocketId id);                   // null when unknown or closing
    Socket* carrier_of(std::string_view session_id);    // null when it is not connected
    void start_session(Socket& socket, TimePoint now);  // `socket.keepalive` is set
    void schedule_welcome(Socket& socket, bool is_reconnect, TimePoint now);
    void welcome(Socket& socket, TimePoint now);
    void on_timers(Socket& socket, TimePoint now);

    void send_text(Socket& socket, std::string text, Unwritten what, TimePoint now);
    void send_message(Socket& socket, std::string text, LedgerIndex index, TimePoint now);
    void release_held(Socket& socket, TimePoint now);
    void send_keepalive(Socket& socket, TimePoint now);
    void send_ping(Socket& socket, TimePoint now);
    [[nodiscard]] static WireShape take_shape(Socket& socket);

    Session* take_challenge(const Target& target, const std::string& challenge, TimePoint now);
    void follow_reconnect(Socket& socket, const Target& target, const std::string& challenge,
                          TimePoint now);
    void forget_challenges(std::string_view session_id);
    void begin_reconnect(Socket& socket, const std::optional<std::string>& url, TimePoint now);
    [[nodiscard]] std::string make_reconnect_url(const Socket& socket);
    void on_welcome_written(Socket& socket, TimePoint now);
    void take_over(Session& session, SocketId successor, TimePoint now);
    void order_next_move(Session& session, Socket& socket, TimePoint now);

    void close_socket(Socket& socket, std::uint16_t code, TimePoint now);
    void close_socket(Socket& socket, std::uint16_t code, std::string_view reason, TimePoint now);
    void reset_socket(Socket& socket, TimePoint now);
    void leave_session(const Socket& socket, ShardStatus status, TimePoint now);
    void end_session(std::string session_id, ShardStatus status, TimePoint now);
    void settle_unwritten(Socket& socket);
    void note_end(const Socket& socket, std::string_view by, std::uint16_t code, TimePoint now);
    void erase_noticed();

    Parts parts_;
    SocketId last_socket_ = 0;
    std::map<SocketId, Socket> sockets_;
    std::map<std::string, Session, std::less<>> sessions_;
    std::map<std::string, Challenge, std::less<>> challenges_;
    std::deque<Ended> ended_;
    std::vector<SocketId> noticed_;  // lost sockets to be erased at the end of on_deadline()
};

}  // namespace twitch_sim
