#include "eventsub/session.hpp"

#include "eventsub/error.hpp"
#include "eventsub/frames.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using Kind = SessionEvent::Kind;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint start{std::chrono::hours(1)};
constexpr auto due = seconds(31);  // the welcome's 30 s and the margin of 1 s

Kind kind_of(const Result<SessionEvent>& event) {
    EXPECT_TRUE(event) << event.error();
    return event ? event->kind : Kind::none;
}

// A session that was welcomed at `start`.
Session make_live() {
    Session session(SessionOptions{}, start);
    EXPECT_EQ(kind_of(session.on_frame(welcome_frame, start)), Kind::welcomed);
    return session;
}

TEST(Session, WaitsForItsWelcomeAndNoLonger) {
    Session session(SessionOptions{}, start);

    EXPECT_EQ(session.state(), SessionState::awaiting_welcome);
    EXPECT_EQ(session.id(), "");
    EXPECT_EQ(session.last_message_at(), start);
    EXPECT_EQ(session.deadline(), start + seconds(10));
    EXPECT_EQ(session.on_deadline(start + milliseconds(9'999)).kind, Kind::none);
    EXPECT_EQ(session.on_deadline(start + seconds(10)).kind, Kind::silent);
    EXPECT_EQ(session.deadline(), never);
    EXPECT_EQ(session.state(), SessionState::awaiting_welcome);
}

TEST(Session, TakesIdAndKeepaliveTimeoutFromTheWelcome) {
    Session session(SessionOptions{}, start);

    const auto event = session.on_frame(welcome_frame, start + seconds(1));

    EXPECT_EQ(kind_of(event), Kind::welcomed);
    EXPECT_EQ(event->message.session_id, "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_EQ(session.state(), SessionState::live);
    EXPECT_EQ(session.id(), "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_EQ(session.keepalive_timeout(), seconds(30));
    EXPECT_EQ(session.deadline(), start + seconds(1) + due);
}

TEST(Session, FallsBackToTwitchsDefaultWhenTheWelcomeDoesNotSayTheTimeout) {
    Session session(SessionOptions{}, start);

    (void)session.on_frame(welcome_with(R"({"id":"s","keepalive_timeout_seconds":null})"), start);

    EXPECT_EQ(session.keepalive_timeout(), seconds(10));
    EXPECT_EQ(session.deadline(), start + seconds(11));
}

TEST(Session, UsesTheTimesItWasGiven) {
    Session session(SessionOptions{seconds(3), seconds(5)}, start);

    EXPECT_EQ(session.deadline(), start + seconds(3));
    (void)session.on_frame(welcome_frame, start);
    EXPECT_EQ(session.deadline(), start + seconds(35));
}

TEST(Session, ForwardsDataThatComesBeforeTheWelcome) {
    for (const auto frame : {notification_frame, revocation_frame}) {
        Session session(SessionOptions{}, start);

        const auto event = session.on_frame(frame, start);

        EXPECT_EQ(kind_of(event), Kind::data);
        EXPECT_EQ(session.state(), SessionState::awaiting_welcome);
    }
}

TEST(Session, RefusesWhatElseComesBeforeTheWelcome) {
    for (const auto frame : {keepalive_frame, reconnect_frame}) {
        Session session(SessionOptions{}, start);

        const auto event = session.on_frame(frame, start);

        EXPECT_EQ(event.error(), make_error_code(EventsubError::message_before_welcome));
        EXPECT_EQ(session.state(), SessionState::awaiting_welcome);
    }
}

TEST(Session, DoesNotWaitLongerForTheWelcomeBecauseOfOtherFrames) {
    Session session(SessionOptions{}, start);

    const auto skipped = session.on_frame(frame_of("hello", "h", "{}"), start + seconds(5));
    const auto refused = session.on_frame("{", start + seconds(6));

    EXPECT_EQ(kind_of(skipped), Kind::skipped);
    EXPECT_EQ(refused.error(), make_error_code(EventsubError::malformed_frame));
    EXPECT_EQ(session.deadline(), start + seconds(10));
    EXPECT_EQ(kind_of(session.on_frame(welcome_frame, start + seconds(7))), Kind::welcomed);
}

TEST(Session, ForwardsNotificationsAndRevocations) {
    Session session = make_live();

    const auto notification = session.on_frame(notification_frame, start);
    EXPECT_EQ(kind_of(notification), Kind::data);
    EXPECT_EQ(notification->message.id, "uSnsZewat0JuUuJaWhI4C1fy1inZLEmeAsOoRc9mHGw=");
    EXPECT_EQ(notification->message.subscription_type, "stream.online");

    const auto revocation = session.on_frame(revocation_frame, start);
    EXPECT_EQ(kind_of(revocation), Kind::data);
    EXPECT_EQ(revocation->message.subscription_type, "channel.follow");
}

TEST(Session, RestartsItsTimerOnEveryMessage) {
    Session session = make_live();
    TimePoint now = start;

    for (const std::string& frame : {std::string(keepalive_frame), std::string(notification_frame),
                                     std::string(revocation_frame), std::string(reconnect_frame),
                                     frame_of("new", "n", "{}")}) {
        now += seconds(20);

        EXPECT_EQ(session.on_deadline(now).kind, Kind::none);
        EXPECT_TRUE(session.on_frame(frame, now));
        EXPECT_EQ(session.deadline(), now + due);
        EXPECT_EQ(session.last_message_at(), now);
    }
}

TEST(Session, RestartsItsTimerOnFramesThatItRefuses) {
    Session session = make_live();

    const auto malformed = session.on_frame("{]", start + seconds(10));
    EXPECT_EQ(malformed.error(), make_error_code(EventsubError::malformed_frame));
    EXPECT_EQ(session.deadline(), start + seconds(10) + due);

    const std::string large(frame_bytes_max + 1, ' ');
    const auto too_large = session.on_frame(large, start + seconds(20));
    EXPECT_EQ(too_large.error(), make_error_code(EventsubError::frame_too_large));
    EXPECT_EQ(session.deadline(), start + seconds(20) + due);
    EXPECT_EQ(session.state(), SessionState::live);
}

TEST(Session, HasNothingToDoForAKeepalive) {
    Session session = make_live();

    EXPECT_EQ(kind_of(session.on_frame(keepalive_frame, start)), Kind::none);
}

TEST(Session, SkipsTypesItDoesNotKnowAndSaysWhich) {
    Session session = make_live();

    const auto event = session.on_frame(frame_of("session_farewell", "f", "[]"), start);

    EXPECT_EQ(kind_of(event), Kind::skipped);
    EXPECT_EQ(event->message.type_name, "session_farewell");
}

TEST(Session, RefusesASecondWelcomeAndKeepsItsId) {
    Session session = make_live();

    const auto event = session.on_frame(
        welcome_with(R"({"id":"other","keepalive_timeout_seconds":600})"), start + seconds(1));

    EXPECT_EQ(event.error(), make_error_code(EventsubError::unexpected_welcome));
    EXPECT_EQ(session.id(), "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_EQ(session.keepalive_timeout(), seconds(30));
    EXPECT_EQ(session.deadline(), start + seconds(1) + due);
}

TEST(Session, PassesOnEveryOrderToReconnectAndIsReadOn) {
    Session session = make_live();

    const auto first = session.on_frame(reconnect_frame, start);
    EXPECT_EQ(kind_of(first), Kind::reconnect_requested);
    EXPECT_EQ(session.state(), SessionState::told_to_move);
    EXPECT_EQ(session.keepalive_timeout(), seconds(30));
    EXPECT_EQ(kind_of(session.on_frame(notification_frame, start)), Kind::data);

    const auto second = session.on_frame(
        frame_of("session_reconnect", "r2", R"({"session":{"reconnect_url":"wss://h/2"}})"), start);
    EXPECT_EQ(kind_of(second), Kind::reconnect_requested);
    EXPECT_EQ(second->message.reconnect_url, "wss://h/2");
    EXPECT_EQ(session.state(), SessionState::told_to_move);
    EXPECT_EQ(session.on_frame(welcome_frame, start).error(),
              make_error_code(EventsubError::unexpected_welcome));
}

TEST(Session, SaysSilentOnceUntilTheNextFrame) {
    Session session = make_live();

    EXPECT_EQ(session.on_deadline(start + due - milliseconds(1)).kind, Kind::none);
    EXPECT_EQ(session.deadline(), start + due);
    EXPECT_EQ(session.on_deadline(start + due).kind, Kind::silent);
    EXPECT_EQ(session.deadline(), never);
    EXPECT_EQ(session.on_deadline(start + minutes(5)).kind, Kind::none);

    EXPECT_EQ(kind_of(session.on_frame(keepalive_frame, start + minutes(6))), Kind::none);
    EXPECT_EQ(session.deadline(), start + minutes(6) + due);
    EXPECT_EQ(session.on_deadline(start + minutes(7)).kind, Kind::silent);
}

TEST(Session, CanBeWelcomedAfterItWasSilent) {
    Session session(SessionOptions{}, start);
    ASSERT_EQ(session.on_deadline(start + seconds(10)).kind, Kind::silent);

    (void)session.on_frame("junk", start + seconds(11));
    EXPECT_EQ(session.deadline(), start + seconds(21));

    EXPECT_EQ(kind_of(session.on_frame(welcome_frame, start + seconds(12))), Kind::welcomed);
    EXPECT_EQ(session.deadline(), start + seconds(12) + due);
}

TEST(Session, HasNoDeadlineOnceClosed) {
    Session session = make_live();

    session.on_closed();

    EXPECT_EQ(session.state(), SessionState::closed);
    EXPECT_EQ(session.deadline(), never);
    EXPECT_EQ(session.id(), "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
}

TEST(SessionDeathTest, TakesNoFrameOnceClosed) {
    Session session = make_live();
    session.on_closed();

    EXPECT_DEATH((void)session.on_frame(keepalive_frame, start), "after the close");
}

}  // namespace
}  // namespace conduitd
