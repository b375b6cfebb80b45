#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "eventsub/message.hpp"

#include <string>
#include <string_view>

namespace conduitd {

enum class SessionState {
    awaiting_welcome,  // handshake done, session id not known yet
    live,              // welcomed; messages may arrive
    told_to_move,      // session_reconnect came; messages may still arrive
    closed,            // terminal
};

// In force when a welcome does not say (EventSub WebSocket guide).
inline constexpr std::chrono::seconds keepalive_timeout_default{10};

struct SessionOptions {
    Duration welcome_timeout = std::chrono::seconds(10);
    // Twitch waits the whole keepalive timeout before it sends one, so a timer without a margin
    // would fire falsely. The margin is sharp because a false alarm loses nothing: the old session
    // is read until the next one is bound.
    Duration keepalive_margin = std::chrono::seconds(1);
};

struct SessionEvent {
    enum class Kind {
        none,                 // a keepalive, or nothing to do
        welcomed,             // message.session_id is ours from now on
        data,                 // a notification or revocation: to be forwarded
        reconnect_requested,  // message.reconnect_url
        skipped,              // an unknown type; message.type_name says which
        silent,               // the deadline passed: no welcome, or nothing for keepalive + margin
    };
    Kind kind = Kind::none;
    Message message;  // views live until the next frame, and no longer than this one
};

// One EventSub WebSocket from its handshake to its end: what its messages mean and by when the
// next one is due. Protocol: on_frame() for each text message as it comes; on_deadline() at
// deadline(), unless a frame came first; on_closed() once, after which nothing else is called.
class Session {
public:
    Session(SessionOptions options, TimePoint now);

    // Every message of any type restarts the keepalive timer; ping frames do not (EventSub
    // WebSocket guide), so the driver does not report them. A frame that is refused restarts it
    // too: the connection lives. The wait for the welcome is not prolonged by anything else; a
    // message of an unknown type is skipped there as everywhere.
    // Errors: malformed_frame, frame_too_large, message_before_welcome, unexpected_welcome.
    [[nodiscard]] Result<SessionEvent> on_frame(std::string_view frame, TimePoint now);

    // `never` once closed, and once it has said `silent`, until the next frame.
    [[nodiscard]] TimePoint deadline() const;
    [[nodiscard]] SessionEvent on_deadline(TimePoint now);

    void on_closed();

    [[nodiscard]] SessionState state() const { return state_; }
    [[nodiscard]] const std::string& id() const { return id_; }  // empty before the welcome
    [[nodiscard]] Duration keepalive_timeout() const { return keepalive_timeout_; }
    [[nodiscard]] TimePoint last_message_at() const { return last_message_at_; }

private:
    [[nodiscard]] Result<SessionEvent::Kind> react(const Message& message);
    void restart_timer(TimePoint now);

    SessionOptions options_;
    SessionState state_ = SessionState::awaiting_welcome;
    MessageParser parser_;
    std::string id_;
    Duration keepalive_timeout_ = keepalive_timeout_default;
    TimePoint last_message_at_;
    TimePoint deadline_;
};

}  // namespace conduitd
