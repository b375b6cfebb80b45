#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

void expect_gap(const World& world, GapReason reason, Duration length) {
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, reason);
    EXPECT_EQ(world.gaps[0].until.value() - world.gaps[0].since, length);
}

// A fresh session, which is bound after so long.
void recover(World& world, Duration after) {
    world.advance(after);
    world.welcome("B");
    world.accept_claim("B");
}

TEST(WorkerGap, OfAClosedSessionBeginsWithItsCloseFrame) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);

    world.end(old, {.close_code = 4000});
    recover(world, 40ms);

    expect_gap(world, GapReason::session_closed, 40ms);
    EXPECT_EQ(world.worker.status().gaps, 1U);
    EXPECT_EQ(world.worker.status().gap_total, 40ms);
}

TEST(WorkerGap, OfACutSessionBeginsWithItsLastMessage) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);

    world.end(old, {.was_cut = true});
    recover(world, 40ms);

    expect_gap(world, GapReason::session_cut, 5040ms);
}

// The bug: only a session that ended while it was bound was told as a gap.
TEST(WorkerGap, OfASilentSessionIsToldAtItsEnd) {
    World world;
    const auto old = world.become_ready("A");
    recover(world, 11s);
    EXPECT_TRUE(world.gaps.empty());

    world.end(old, {.was_cut = true, .what = "timed out"});

    expect_gap(world, GapReason::session_silent, 11s);
}

// Twitch answers our close frame, whatever it did before.
TEST(WorkerGap, OfASilentSessionIsToldThoughItIsLeftInGoodOrder) {
    World world;
    const auto old = world.become_ready("A");
    recover(world, 11s);
    world.advance(2s);

    world.end(old, {.close_code = 1000});

    expect_gap(world, GapReason::session_silent, 11s);
}

// The bug: its close frame was taken for a proof that nothing had been missing before.
TEST(WorkerGap, OfASilentSessionThatTwitchClosesBeginsWithItsLastMessage) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(11s);

    world.end(old, {.close_code = 4004});
    recover(world, 0s);

    expect_gap(world, GapReason::session_silent, 11s);
}

TEST(WorkerGap, IsNotToldAfterAFalseAlarm) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(11s);
    world.frame(old, keepalive_frame());
    recover(world, 0s);
    world.advance(1500ms);

    world.end(old, {.close_code = 1000});

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerGap, IsNotToldOfAReconnect) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("A");

    world.end(old, {.close_code = 1000});

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerGap, OldSessionThatIsCutBeforeItWasReadOutMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(3s);
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.advance(20ms);
    world.welcome("A");

    world.end(old, {.was_cut = true});

    expect_gap(world, GapReason::session_cut, 20ms);
}

TEST(WorkerGap, OldSessionThatTwitchGoesOnWritingToMayLoseMessagesUntilItIsCut) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("A");
    const auto left_at = world.now;
    world.advance(1s);
    world.frame(old, notification_frame("late"));
    world.advance(500ms);

    world.end(old, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, left_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: it was taken for one that had never had the shard.
TEST(WorkerGap, LateSessionThatIsCutAroundTheClaimOfPlanBMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 2; ++i) world.keep_alive(old);
    world.welcome("B");
    world.accept_claim("B");
    const auto taken_over_at = world.now;
    world.advance(30ms);
    world.frame(late, welcome_frame("A"));
    world.advance(40ms);

    world.end(late, {.was_cut = true});

    expect_gap(world, GapReason::session_cut, 0ms);
    EXPECT_EQ(world.gaps[0].since, taken_over_at);
}

TEST(WorkerGap, LateSessionThatIsCutLongAfterTheClaimOfPlanBHasLostNothing) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 2; ++i) world.keep_alive(old);
    world.welcome("B");
    world.accept_claim("B");
    world.frame(late, welcome_frame("A"));
    world.advance(1500ms);

    world.end(late, {.was_cut = true});

    EXPECT_TRUE(world.gaps.empty());
}

// Both crossed on their way: Twitch's close frame here, and the claim there.
TEST(WorkerGap, OldSessionThatTwitchClosedAroundTheClaimMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    const auto last_read = world.now;
    world.advance(1s);
    (void)world.worker.rotate(world.now);
    world.welcome("B");
    world.accept_claim("B");
    const auto bound_at = world.now;
    world.advance(100ms);

    world.end(old, {.close_code = 1001});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_closed);
    EXPECT_EQ(world.gaps[0].since, last_read);
    EXPECT_EQ(world.gaps[0].until, bound_at);
}

// The bug: Twitch had moved the session to a socket whose welcome never came, and wrote to it.
TEST(WorkerGap, SessionAtTheReconnectUrlThatIsLostBeforeItsWelcomeMayHaveHadTheShard) {
    for (const bool is_before : {true, false}) {
        World world;
        const auto old = world.become_ready("A");
        world.frame(old, reconnect_frame("A", reconnect_url));
        world.collect();
        const auto lost = world.dials.back().key;
        const auto dialed_at = world.now;
        world.worker.on_session_open(lost, world.now);
        world.advance(2s);
        if (is_before) world.end(lost, {.was_cut = true});
        world.advance(8s);
        world.welcome("F");
        world.accept_claim("F");
        const auto bound_at = world.now;

        world.advance(1s);
        if (!is_before) world.end(lost, {.was_cut = true});
        world.end(old, {.close_code = 4004});

        ASSERT_EQ(world.gaps.size(), 1U) << is_before;
        EXPECT_EQ(world.gaps[0].since, dialed_at);
        EXPECT_EQ(world.gaps[0].until, bound_at);
    }
}

// The bug: the welcome at the first of two URLs ended the doubt about the second.
TEST(WorkerGap, SessionAtTheLaterOfTwoReconnectUrlsMayHaveHadTheShardLast) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.dials.back().key;
    world.advance(10ms);
    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    const auto second = world.dials.back().key;
    const auto dialed_at = world.now;
    world.worker.on_session_open(first, world.now);
    world.worker.on_session_open(second, world.now);

    world.end(second, {.was_cut = true});
    world.frame(first, welcome_frame("A"));
    EXPECT_TRUE(world.gaps.empty());
    world.advance(1s);
    world.welcome("F");
    world.accept_claim("F");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, dialed_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

TEST(WorkerGap, RefusedReconnectUrlLeavesNone) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    world.end(world.dials.back().key, {.close_code = 4007});
    world.welcome("F");
    world.accept_claim("F");
    world.advance(1500ms);

    world.end(old, {.close_code = 4004});

    EXPECT_TRUE(world.gaps.empty());
}

// The bug: what was read after a sleep was taken for proof that the session lived all the while.
TEST(WorkerGap, BeginsBeforeASleepDuringWhichTheSessionMayHaveEnded) {
    for (const SessionEnd& end : {SessionEnd{.close_code = 4000}, SessionEnd{.was_cut = true}}) {
        World world;
        const auto old = world.become_ready("A");
        world.advance(1s);
        const auto asleep_at = world.now;
        world.now += 5s;
        world.worker.on_slept(asleep_at, world.now);
        world.frame(old, notification_frame("1"));

        world.end(old, end);
        recover(world, 1s);

        ASSERT_EQ(world.gaps.size(), 1U);
        EXPECT_EQ(world.gaps[0].since, asleep_at);
    }
}

// Twitch moved the shard along, and both ends crossed on their way here.
TEST(WorkerGap, OldSessionThatIsClosedJustBeforeTheNewOneIsWelcomedLeavesNone) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto next = world.dials.back().key;
    world.worker.on_session_open(next, world.now);

    world.end(old, {.close_code = 1000});
    world.advance(1ms);
    world.frame(next, welcome_frame("A"));

    EXPECT_TRUE(world.gaps.empty());
    EXPECT_EQ(world.worker.status().session_id, "A");
}

TEST(WorkerGap, ThatLastsUntilTheStopHasNoEnd) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.was_cut = true});

    world.worker.stop(world.now);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_FALSE(world.gaps[0].until);
}

TEST(WorkerGap, OfAShardThatWentAstrayLastsUntilItIsClaimedAgain) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_request("GET", "/conduits/shards?")) world.keep_alive(key);
    world.answer(
        world.take_request("GET", "/conduits/shards?"), 200,
        R"({"data":[{"id":"3","status":"websocket_disconnected","transport":{}}],"pagination":{}})");
    const auto claimed_at = world.now;
    world.advance(100ms);

    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
    EXPECT_LT(world.gaps[0].since, claimed_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: the welcome at the reconnect URL ended the gap, although somebody else had the shard.
TEST(WorkerGap, OfAShardInDoubtLastsUntilTheClaimOfTheSessionThatWasToCarryIt) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        R"({"data":[{"id":"3","status":"enabled","transport":{"method":"websocket","session_id":"theirs"}}],"pagination":{}})");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto next = world.dials.back().key;
    world.worker.on_session_open(next, world.now);
    world.end(old, {.was_cut = true});
    world.frame(next, welcome_frame("A"));
    const auto welcomed_at = world.now;
    world.advance(1s);

    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[0].until, welcomed_at);
    EXPECT_EQ(world.gaps[1].since, welcomed_at);
    EXPECT_EQ(world.gaps[1].until, world.now);
}

// The bug: that the binding came along with the reconnect was taken to mean that nothing was
// missing, although a look had found the shard elsewhere before.
TEST(WorkerGap, DoubtFromBeforeAReconnectIsTold) {
    World world;
    const auto old = world.become_ready("A");
    const auto bound_at = world.now;
    world.advance(1s);
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto lost = world.dials.back().key;
    const auto dialed_at = world.now;
    world.worker.on_session_open(lost, world.now);
    world.end(lost, {.was_cut = true});
    world.advance(600ms);
    const auto again = world.dials.back().key;
    world.worker.on_session_open(again, world.now);

    world.end(old, {.close_code = 1000});
    world.frame(again, welcome_frame("A"));

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, dialed_at);
    EXPECT_GT(dialed_at, bound_at);
}

TEST(WorkerGap, IsToldOnceWhenTheStopIsRepeated) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    world.worker.on_session_open(world.dials.back().key, world.now);
    world.end(world.dials.back().key, {.was_cut = true});

    world.worker.stop(world.now);
    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.gaps.size(), 1U);
}

TEST(WorkerGap, OfASessionThatWasClaimedDuringAStopAndThenCut) {
    World world;
    const auto old = world.become_ready("A");
    (void)world.worker.rotate(world.now);
    const auto next = world.welcome("B");
    const auto claim = world.take_request("PATCH", "/conduits/shards");

    world.worker.stop(world.now);
    world.answer(claim, 202, World::accepted("B"));
    world.end(old, {.close_code = 1000});
    world.end(next, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].until, std::nullopt);
}

// The bug: a session dialled after a sleep had a gap that began before it.
TEST(WorkerGap, OfASessionThatWasDialledAfterASleepDoesNotReachBack) {
    World world;
    const auto old = world.become_ready("A");
    const auto asleep_at = world.now;
    world.now += 1h;
    world.worker.on_slept(asleep_at, world.now);
    world.end(old, {.was_cut = true});
    recover(world, 300ms);
    const auto bound_at = world.now;
    world.advance(1s);

    world.end(world.dials.back().key, {.was_cut = true});
    world.advance(100ms);
    world.welcome("C");
    world.accept_claim("C");

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_GE(world.gaps[1].since + 1s, bound_at);
}

TEST(WorkerGap, IsToldAlsoWhereItsEndsAreReadTogether) {
    World world;
    const auto old = world.become_ready("A");
    (void)world.worker.rotate(world.now);
    world.welcome("B");

    world.end(old, {.close_code = 4005});
    world.accept_claim("B");

    expect_gap(world, GapReason::session_closed, 0s);
}

}  // namespace
}  // namespace conduitd
