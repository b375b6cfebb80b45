#include "eventsub/session.hpp"

#include "base/defect.hpp"
#include "base/ensure.hpp"
#include "eventsub/error.hpp"

// What a message does, by state (the rows that are not here change nothing):
//
//   awaiting_welcome   welcome               -> live, welcomed
//                      keepalive,
//                      session_reconnect     -> message_before_welcome
//   live,              welcome               -> unexpected_welcome
//   told_to_move       session_reconnect     -> told_to_move, reconnect_requested
//   all of these       notification,
//                      revocation            -> data
//                      unknown type          -> skipped
//                      on_closed()           -> closed
//
// A reconnect may be ordered twice, and every order is passed on: which URL to follow is for the
// worker to decide.

namespace conduitd {

Session::Session(SessionOptions options, TimePoint now)
    : options_(options), last_message_at_(now), deadline_(now + options.welcome_timeout) {}

Result<SessionEvent> Session::on_frame(std::string_view frame, TimePoint now) {
    ensure(state_ != SessionState::closed, "no frame comes after the close of a session");

    last_message_at_ = now;
    const auto message = parser_.parse(frame);
    const auto kind = message ? react(*message) : Result<SessionEvent::Kind>(message.error());
    restart_timer(now);
    if (!kind) return kind.error();
    return SessionEvent{*kind, *message};
}

Result<SessionEvent::Kind> Session::react(const Message& message) {
    using Kind = SessionEvent::Kind;
    if (message.type == MessageType::unknown) return Kind::skipped;
    // Never seen before the welcome; but what was sent is not lost for coming early.
    if (message.type == MessageType::notification || message.type == MessageType::revocation) {
        return Kind::data;
    }

    if (state_ == SessionState::awaiting_welcome) {
        if (message.type != MessageType::session_welcome) {
            return make_error_code(EventsubError::message_before_welcome);
        }
        id_ = message.session_id;
        keepalive_timeout_ = message.keepalive_timeout.value_or(keepalive_timeout_default);
        state_ = SessionState::live;
        return Kind::welcomed;
    }

    switch (message.type) {
        case MessageType::session_welcome:
            return make_error_code(EventsubError::unexpected_welcome);
        case MessageType::session_reconnect:
            state_ = SessionState::told_to_move;
            return Kind::reconnect_requested;
        case MessageType::session_keepalive:
        case MessageType::notification:
        case MessageType::revocation:
        case MessageType::unknown:
            break;
    }
    return Kind::none;
}

void Session::restart_timer(TimePoint now) {
    if (state_ != SessionState::awaiting_welcome) {
        deadline_ = now + keepalive_timeout_ + options_.keepalive_margin;
    } else if (deadline_ == never) {
        deadline_ = now + options_.welcome_timeout;  // the driver stayed on after `silent`
    }
}

TimePoint Session::deadline() const {
    return deadline_;
}

SessionEvent Session::on_deadline(TimePoint now) {
    if (now < deadline_) return {};
    deadline_ = never;
    if (is_planted(Defect::watchdog_off) && state_ != SessionState::awaiting_welcome) return {};
    return SessionEvent{SessionEvent::Kind::silent, {}};
}

void Session::on_closed() {
    state_ = SessionState::closed;
    deadline_ = never;
}

}  // namespace conduitd
