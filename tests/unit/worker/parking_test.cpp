#include "worker/parking_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

TEST(WorkerParking, LeavesTheShardToAnotherWorkerAndReadsOnUntilItIsQuiet) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();

    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    EXPECT_TRUE(world.closes.empty());
    const auto body = world.answer_patch(World::row(3, "H"));
    world.frame(key, notification_frame("late"));
    world.advance(1900ms);
    EXPECT_TRUE(world.closes.empty());
    world.advance(100ms);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));

    EXPECT_THAT(body, AllOf(HasSubstr(R"("id":"3")"), HasSubstr(R"("session_id":"H")")));
    EXPECT_THAT(world.closes, Contains(key));
    EXPECT_EQ(world.forwarded.size(), 1U);
    world.end(key, {.close_code = 1000});
    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
    EXPECT_TRUE(world.worker.status().shards.empty());
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerParking, GuestsAreParkedToo) {
    ParkingWorld world;
    world.be_told_to_stop();

    world.answer_survey(World::row(0, "A") + "," + World::row(3, "A") + "," + World::row(1, "H"));

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_THAT(claim.request.body, AllOf(HasSubstr(R"("id":"0")"), HasSubstr(R"("id":"3")")));
}

TEST(WorkerParking, WithoutAnotherWorkerTheSessionIsClosedAtOnce) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();

    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H", "websocket_disconnected"));

    EXPECT_THAT(world.closes, Contains(key));
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_TRUE(world.has_logged("no other worker is there"));
}

TEST(WorkerParking, HostThatRefusesIsNotAskedAgain) {
    ParkingWorld world;
    world.be_told_to_stop();
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));

    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H") + "," + World::row(2, "I"));

    EXPECT_THAT(world.take_request("PATCH", "/conduits/shards").request.body,
                HasSubstr(R"("session_id":"I")"));
}

TEST(WorkerParking, HostThatIsGoneAtTheLastLookIsReplaced) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));
    world.advance(2s);

    world.answer_survey(World::row(3, "H", "websocket_disconnected") + "," +
                        World::row(1, "H", "websocket_disconnected") + "," + World::row(2, "I"));
    EXPECT_TRUE(world.closes.empty());
    world.answer_patch(World::row(3, "I"));
    world.advance(2s);
    world.answer_survey(World::row(3, "I") + "," + World::row(2, "I"));

    EXPECT_THAT(world.closes, Contains(key));
}

TEST(WorkerParking, EndsInTimeWhateverTheOthersDo) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();
    const auto told_at = world.now;

    for (int i = 0; i < 60 && world.closes.empty(); ++i) world.advance(100ms);

    EXPECT_THAT(world.closes, Contains(key));
    EXPECT_LE(world.now - told_at, 4600ms);
}

TEST(WorkerParking, ListingThatIsRefusedAgainAndAgainIsNotWaitedFor) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();
    const auto told_at = world.now;

    for (int i = 0; i < 30 && world.closes.empty(); ++i) {
        if (world.has_survey()) world.answer(world.take_survey(), 404, "{}");
        world.advance(100ms);
    }

    EXPECT_THAT(world.closes, Contains(key));
    EXPECT_LE(world.now - told_at, 1500ms);
}

TEST(WorkerParking, SecondOrderToStopIsNotKeptWaiting) {
    ParkingWorld world;
    world.be_told_to_stop();

    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.aborts.size(), 1U);
}

TEST(WorkerParking, SessionThatIsCutBeforeIsToldAsAGapUntilTheHostHadTheShard) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.advance(500ms);
    world.end(key, {.was_cut = true});
    EXPECT_FALSE(world.stopped);

    world.answer_patch(World::row(3, "H"));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].until, world.now);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
    world.advance(2s);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
}

// The bugs: a frame that had been on its way was taken for proof that the session had lived until
// the host had the shard, and a close frame of Twitch's likewise.
TEST(WorkerParking, SessionThatEndsRightBehindMayHaveEndedBefore) {
    for (const bool was_cut : {true, false}) {
        SCOPED_TRACE(was_cut);
        ParkingWorld world;
        const auto key = world.be_told_to_stop();
        world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
        world.answer_patch(World::row(3, "H"));
        const auto parked_at = world.now;
        world.advance(50ms);
        world.frame(key, keepalive_frame());
        world.advance(50ms);

        world.end(key, {.close_code = 4000, .was_cut = was_cut});

        ASSERT_EQ(world.gaps.size(), 1U);
        EXPECT_EQ(world.gaps[0].since, parked_at);
        EXPECT_EQ(world.gaps[0].until, parked_at);
    }
}

TEST(WorkerParking, SessionThatEndsLaterHasLeftNothingBehind) {
    ParkingWorld world;
    const auto key = world.be_told_to_stop();
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));
    world.advance(1s);
    world.frame(key, keepalive_frame());

    world.end(key, {.was_cut = true});

    EXPECT_TRUE(world.gaps.empty());
}

// The bug: it ended at once, and left the shard to nobody.
TEST(WorkerParking, ShardWhoseSessionIsLostIsLeftToAnotherWorkerToo) {
    ParkingWorld world;
    const auto key = world.become_ready("A");
    const auto lost_at = world.now;
    world.end(key, {.was_cut = true});
    world.worker.stop(world.now);
    world.collect();
    ASSERT_FALSE(world.stopped);
    EXPECT_TRUE(world.gaps.empty());

    world.answer_survey(World::row(3, "A", "websocket_disconnected") + "," + World::row(1, "H"));
    world.advance(300ms);
    const auto body = world.answer_patch(World::row(3, "H"));
    const auto parked_at = world.now;
    world.advance(2s);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));

    EXPECT_THAT(body, HasSubstr(R"("session_id":"H")"));
    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.worker.status().parked_at, parked_at);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, lost_at);
    EXPECT_EQ(world.gaps[0].until, parked_at);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
}

TEST(WorkerParking, ShardWhoseSessionIsLostHasAGapWithoutAnEndWhereNobodyTakesIt) {
    ParkingWorld world;
    const auto key = world.become_ready("A");
    world.end(key, {.was_cut = true});
    world.worker.stop(world.now);

    world.answer_survey(World::row(3, "A", "websocket_disconnected"));

    ASSERT_TRUE(world.stopped);
    EXPECT_FALSE(world.worker.status().parked_at);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_FALSE(world.gaps[0].until);
}

TEST(WorkerParking, SecondOrderTellsWhatIsMissingToo) {
    ParkingWorld world;
    const auto key = world.become_ready("A");
    world.end(key, {.was_cut = true});
    world.worker.stop(world.now);

    world.worker.stop(world.now);

    EXPECT_EQ(world.gaps.size(), 1U);
}

// The session that is to take over is on its way.
TEST(WorkerParking, ShardThatIsBeingMovedIsLeftToAnotherWorkerAndToldOf) {
    ParkingWorld world;
    const auto key = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.worker.stop(world.now);

    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));
    world.advance(2s);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));
    world.end(key, {.close_code = 1000});
    world.end(world.dials.back().key);

    ASSERT_TRUE(world.stopped);
    EXPECT_TRUE(world.worker.status().parked_at);
    EXPECT_TRUE(world.gaps.empty());
}

// A worker whose predecessor, a minute ago, left shard 3 to another worker.
class ReturningWorld : public World {
public:
    ReturningWorld() : World(returning_options()) {
        worker.start(now);
        grant_token();
        list_conduits();
        advance(0s);
    }

    static WorkerOptions returning_options() {
        auto options = default_options();
        options.gap_before = Gap{GapReason::process_stopped, TimePoint(59min), {}};
        options.was_parked = true;
        return options;
    }
};

TEST(WorkerParking, WhoComesBackClaimsWhatAHostHasKeptAndTellsNoGap) {
    ReturningWorld world;
    world.welcome("B");
    world.advance(0s);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));

    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));
    world.accept_claim("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerParking, WhoComesBackTellsSinceWhenTheHostIsGone) {
    ReturningWorld world;
    world.welcome("B");
    world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
    const auto request = world.take_request("GET", "/conduits/shards");
    const auto read_at = world.now;
    world.worker.on_response(
        request.id,
        HttpResponse{
            200,
            {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
            R"({"data":[{"id":"3","status":"websocket_disconnected","transport":{"method":"websocket","session_id":"H","disconnected_at":"2026-03-04T05:29:40Z"}}],"pagination":{}})"},
        world.now, {});
    world.collect();
    world.accept_claim("B");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, read_at - 21s);  // Twitch tells whole seconds
    EXPECT_EQ(world.gaps[0].reason, GapReason::process_stopped);
}

TEST(WorkerParking, WhoComesBackAndCannotListTellsOfAllTheTime) {
    ReturningWorld world;
    world.welcome("B");
    world.answer(world.take_survey(), 400, "{}");

    world.accept_claim("B");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, TimePoint(59min));
}

}  // namespace
}  // namespace conduitd
