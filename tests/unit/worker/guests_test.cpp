#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto claim_path = "/conduits/shards";

// From session A, which had the shard, to B. What was left to A is still there.
SessionKey rotate_to_b(World& world) {
    world.become_ready("A");
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto key = world.welcome("B");
    world.accept_claim("B");
    world.advance(0s);
    return key;
}

TEST(WorkerGuests, AreMovedAlongAfterTheirHostsOwnShard) {
    World world;
    rotate_to_b(world);

    world.answer_survey(World::row(1, "A") + "," + World::row(3, "B"));
    const auto claim = world.take_request("PATCH", claim_path);
    world.answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "B")));

    EXPECT_THAT(claim.request.body,
                AllOf(HasSubstr(R"("id":"1")"), HasSubstr(R"("session_id":"B")"),
                      Not(HasSubstr(R"("id":"3")"))));
    EXPECT_TRUE(world.has_logged("guests moved along shard=1 session=B"));
    EXPECT_EQ(world.worker.status().shards, (ShardSet{3}));
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerGuests, OfALostSessionHaveAGapOfTheirOwn) {
    World world;
    const auto key = world.become_ready("A");
    world.end(key, {.was_cut = true});
    world.advance(1s);
    world.welcome("B");
    world.accept_claim("B");
    ASSERT_EQ(world.gaps.size(), 1U);
    world.advance(200ms);

    world.answer_survey(World::row(1, "A", "websocket_disconnected") + "," + World::row(3, "B"));
    world.answer(world.take_request("PATCH", claim_path), 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "B")));

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[1].since, world.gaps[0].since);
    EXPECT_EQ(world.gaps[1].until, world.now);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
    EXPECT_EQ(world.gaps[1].shards, (ShardSet{1}));
}

// The bug: the gap of a session that said nothing any more was told of the worker's own shard
// alone.
TEST(WorkerGuests, OfASilentSessionAreInItsGap) {
    World world;
    const auto a = rotate_to_b(world);
    world.answer_survey(World::row(1, "B") + "," + World::row(3, "B"));
    world.advance(11s);  // the keepalive timeout and a second
    const auto b = world.welcome("C");
    world.accept_claim("C");

    world.end(a, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_silent);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{1, 3}));
    EXPECT_NE(a, b);
}

TEST(WorkerGuests, WhoseOwnerHasComeBackAreLeftToIt) {
    World world;
    rotate_to_b(world);

    world.answer_survey(World::row(1, "owner") + "," + World::row(3, "B"));

    EXPECT_FALSE(world.has_request("PATCH", claim_path));
}

TEST(WorkerGuests, KeepTheSessionOfAHostThatHasNoOtherShard) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "Z"));
    ASSERT_TRUE(world.worker.status().shards.empty());
    ASSERT_EQ(world.worker.state(), WorkerState::holding);

    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.advance(0s);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "Z"));
    const auto claim = world.take_request("PATCH", claim_path);
    world.answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "B")));

    EXPECT_THAT(claim.request.body, HasSubstr(R"("id":"1")"));
    EXPECT_EQ(world.worker.status().session_id, "B");
}

TEST(WorkerGuests, AreTakenBackWhenTheSessionOfAHostWithoutAnotherShardIsLost) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "Z"));

    const auto lost_at = world.now;
    world.end(key, {.was_cut = true});
    world.advance(0s);
    world.answer_survey(World::row(1, "A", "websocket_network_error") + "," + World::row(3, "Z"));
    world.welcome("B");
    world.answer(world.take_request("PATCH", claim_path), 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "B")));

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_LE(world.gaps[0].since, lost_at);
}

// The bug: who had them by then did not know how long nobody had read them, and nobody told.
TEST(WorkerGuests, OfALostSessionThatSomebodyHasTakenAreToldByTheHostThatLostThem) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "Z"));
    const auto read_until = world.now - 5s;

    world.advance(2s);
    world.end(key, {.was_cut = true});
    world.advance(0s);
    world.answer_survey(World::row(1, "owner") + "," + World::row(3, "Z"));

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_GE(world.gaps[0].since, read_until);
    EXPECT_LT(world.gaps[0].since, world.now);
    EXPECT_EQ(world.gaps[0].until, world.now);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{1}));
}

// The bug: its host had another shard, and remembered of its guests only those that it found
// without a session. Their owner had found them served.
TEST(WorkerGuests, OfALostSessionThatTheirOwnerHasTakenAreToldByAHostWithAShardOfItsOwn) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "A"));
    world.advance(2s);
    world.end(key, {.was_cut = true});
    world.advance(1s);
    world.welcome("B");
    world.accept_claim("B");
    world.advance(200ms);

    world.answer_survey(World::row(1, "owner") + "," + World::row(3, "B"));

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
    EXPECT_EQ(world.gaps[1].shards, (ShardSet{1}));
    EXPECT_EQ(world.gaps[1].since, world.gaps[0].since);
    EXPECT_EQ(world.gaps[1].until, world.now);
}

// The bug: the second loss made the gap of the first one shorter.
TEST(WorkerGuests, OfTwoSessionsLostInTurnAreMissedSinceTheFirst) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "A"));
    world.end(key, {.was_cut = true});
    world.advance(1s);
    const auto next = world.welcome("B");
    world.accept_claim("B");
    const auto since = world.gaps.at(0).since;
    world.end(next, {.was_cut = true});
    world.advance(1s);
    world.welcome("C");
    world.accept_claim("C");
    world.advance(200ms);

    world.answer_survey(World::row(1, "A", "websocket_disconnected") + "," + World::row(3, "C"));
    world.answer(world.take_request("PATCH", claim_path), 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "C")));

    EXPECT_EQ(world.gaps.back().shards, (ShardSet{1}));
    EXPECT_EQ(world.gaps.back().since, since);
}

// The bug: a stop forgot them.
TEST(WorkerGuests, OfALostSessionAreToldAtAStopThatComesBeforeTheyAreMoved) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "A"));
    world.end(key, {.was_cut = true});
    world.advance(1s);
    world.welcome("B");
    world.accept_claim("B");
    ASSERT_EQ(world.gaps.size(), 1U);

    world.worker.stop(world.now);

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[1].since, world.gaps[0].since);
    EXPECT_FALSE(world.gaps[1].until);
    EXPECT_EQ(world.gaps[1].shards, (ShardSet{1}));
}

// The bug: of several shards that were to be claimed only the lowest was looked up again.
TEST(WorkerGuests, WhoseOwnerComesBackWhileASessionIsDialledAreLeftToIt) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);
    world.answer_survey(World::row(1, "A") + "," + World::row(2, "A") + "," + World::row(3, "Z"));
    world.end(key, {.was_cut = true});
    world.advance(0s);
    world.answer_survey(World::row(1, "A", "websocket_network_error") + "," +
                        World::row(2, "A", "websocket_network_error") + "," + World::row(3, "Z"));
    world.advance(2s);
    world.welcome("B");

    world.answer(world.take_request("GET", claim_path), 200,
                 fmt::format(R"({{"data":[{},{},{}],"pagination":{{}}}})",
                             World::row(1, "A", "websocket_network_error"), World::row(2, "owner"),
                             World::row(3, "Z")));

    EXPECT_THAT(world.take_request("PATCH", claim_path).request.body,
                AllOf(HasSubstr(R"("id":"1")"), Not(HasSubstr(R"("id":"2")"))));
}

// The bug: it was closed after two quiet seconds, whether or not the listing had been read.
TEST(WorkerGuests, KeepTheOldSessionOpenUntilTheyAreMoved) {
    World world;
    const auto old = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(old);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "A"));
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.accept_claim("B");

    world.advance(8s);
    EXPECT_TRUE(world.closes.empty());
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "B"));
    world.answer(world.take_request("PATCH", claim_path), 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "B")));
    world.advance(1s);

    EXPECT_THAT(world.closes, testing::Contains(old));
}

// The bug: a worker that stopped had left them at the session that was being moved, with one of our
// own; that one was claimed again, and they went with the old session.
TEST(WorkerGuests, ThatCameToTheOldSessionWithAShardOfOurOwnAreLookedFor) {
    World world;
    rotate_to_b(world);
    const auto old = world.dials.front().key;
    world.answer_survey(World::row(3, "B"));
    int number = 0;
    const auto read_old = [&] {
        world.advance(500ms);
        world.frame(old, notification_frame("m" + std::to_string(number++)));
    };
    for (int i = 0; i < 20 && !world.has_request("GET", claim_path); ++i) read_old();

    world.answer(world.take_request("GET", claim_path), 200,
                 fmt::format(R"({{"data":[{},{}],"pagination":{{}}}})", World::row(1, "A"),
                             World::row(3, "A")));
    world.accept_claim("B");
    for (int i = 0; i < 4 && !world.has_survey(); ++i) read_old();
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "B"));

    EXPECT_THAT(world.take_request("PATCH", claim_path).request.body, HasSubstr(R"("id":"1")"));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: the listing that was read at the take-over was the last one before the old session was
// closed, whatever that still brought.
TEST(WorkerGuests, ThatCameToTheOldSessionBehindTheListingAreLookedForOnceItBringsMessages) {
    World world;
    const auto old = world.become_ready("A");
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.accept_claim("B");
    world.advance(0s);
    world.answer_survey(World::row(1, "Z") + "," + World::row(3, "B"));

    world.advance(300ms);
    world.frame(old, notification_frame("m1"));
    world.advance(600ms);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "B"));

    EXPECT_TRUE(world.closes.empty());
    EXPECT_THAT(world.take_request("PATCH", claim_path).request.body,
                AllOf(HasSubstr(R"("id":"1")"), HasSubstr(R"("session_id":"B")")));
}

TEST(WorkerGuests, AreNotLookedForByAWorkerThatIsAlone) {
    World world;
    const auto old = world.become_ready("A");
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.accept_claim("B");
    world.advance(0s);
    world.answer_survey(World::row(3, "B"));

    world.frame(old, notification_frame("m1"));
    world.advance(1s);

    EXPECT_FALSE(world.has_survey());
}

TEST(WorkerGuests, AreNotClaimedForALaterSessionOnAnOldListing) {
    World world;
    const auto key = rotate_to_b(world);
    world.answer_survey(World::row(1, "A") + "," + World::row(3, "B"));
    ASSERT_TRUE(world.has_request("PATCH", claim_path));

    world.end(key, {.was_cut = true});
    world.requests.clear();
    world.advance(100ms);
    world.welcome("C");
    world.accept_claim("C");

    EXPECT_FALSE(world.has_request("PATCH", claim_path));
    world.advance(0s);
    world.answer_survey(World::row(1, "owner") + "," + World::row(3, "C"));
    EXPECT_FALSE(world.has_request("PATCH", claim_path));
}

TEST(WorkerGuests, ThatTwitchHasDisabledAtOurOpenSessionAreClaimedAgain) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_survey()) world.keep_alive(key);

    world.answer_survey(World::row(1, "A", "websocket_internal_error") + "," + World::row(3, "A"));

    EXPECT_THAT(world.take_request("PATCH", claim_path).request.body, HasSubstr(R"("id":"1")"));
}

TEST(WorkerGuests, OfWhomSomeAreRefusedHaveTheirGapsToldAllTheSame) {
    World world;
    const auto key = world.become_ready("A");
    world.end(key, {.was_cut = true});
    world.advance(1s);
    world.welcome("B");
    world.accept_claim("B");
    world.advance(200ms);
    world.answer_survey(World::row(1, "A", "websocket_disconnected") + "," +
                        World::row(2, "A", "websocket_disconnected") + "," + World::row(3, "B"));

    world.answer(world.take_request("PATCH", claim_path), 202,
                 fmt::format(R"({{"data":[{}],"errors":[{{"id":"2","message":"no","code":"x"}}]}})",
                             World::row(1, "B")));
    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[1].shards, (ShardSet{1}));
    world.advance(2s);
    world.answer_survey(World::row(1, "B") + "," + World::row(2, "B") + "," + World::row(3, "B"));

    ASSERT_EQ(world.gaps.size(), 3U);
    EXPECT_EQ(world.gaps[2].shards, (ShardSet{2}));
}

}  // namespace
}  // namespace conduitd
