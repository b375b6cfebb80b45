#include "worker/auto_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(WorkerAutoShard, IsTheFreeOne) {
    AutoWorld world;
    world.begin();
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_TRUE(world.dials.empty());

    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.welcome("A");
    const auto body = world.accept(2, "A");

    EXPECT_THAT(body, HasSubstr(R"("id":"2")"));
    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.has_logged("ready conduit=conduit-1 shard=2 session=A"));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: the host's own shard was taken for the guest, being the higher one.
TEST(WorkerAutoShard, OfLastTimeIsTakenBackFromAHostWhoseOwnIsHigher) {
    auto options = AutoWorld::auto_options();
    options.conduit.preferred = 0;
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey(world.rows({"H", "Q", "H", "R", "S"}));
    world.welcome("A");

    EXPECT_THAT(world.accept(0, "A"), HasSubstr(R"("id":"0")"));
}

TEST(WorkerAutoShard, OfLastTimeIsPreferred) {
    for (unsigned shard = 0; shard < 5; ++shard) {
        auto options = AutoWorld::auto_options();
        options.conduit.preferred = shard;
        AutoWorld world(std::move(options));
        world.begin();

        world.answer_survey("");
        world.welcome("A");

        EXPECT_THAT(world.accept(shard, "A"), HasSubstr(fmt::format(R"("id":"{}")", shard)));
    }
}

// It was waited for until its owner had had time to come back, and another one was taken meanwhile:
// the owner was this worker's process before.
TEST(WorkerAutoShard, OfLastTimeIsTakenAtOnceThoughItHasJustDied) {
    auto options = AutoWorld::auto_options();
    options.conduit.preferred = 2;
    AutoWorld world(std::move(options));
    world.begin();

    world.answer(world.take_request("GET", "/eventsub/conduits"), 200,
                 R"({"data":[{"id":"conduit-1","shard_count":5}]})");
    const auto request = world.take_request("GET", "/conduits/shards");
    world.worker.on_response(
        request.id,
        HttpResponse{
            200,
            {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
            R"({"data":[{"id":"2","status":"websocket_disconnected","transport":{"method":"websocket","session_id":"Z","disconnected_at":"2026-03-04T05:29:59Z"}}],"pagination":{}})"},
        world.now, {});
    world.welcome("A");

    EXPECT_THAT(world.accept(2, "A"), HasSubstr(R"("id":"2")"));
}

// A machine died: Twitch takes its sessions for alive until its pings go unanswered.
TEST(WorkerAutoShard, OfLastTimeIsTakenFromTheSessionOfTheProcessBefore) {
    auto options = AutoWorld::auto_options();
    options.conduit.preferred = 2;
    options.session_before = "B";
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey(world.rows({"P", "Q", "B", "R", "S"}));
    world.welcome("A");

    EXPECT_THAT(world.accept(2, "A"), HasSubstr(R"("id":"2")"));
}

TEST(WorkerAutoShard, OfLastTimeIsLeftToTheSessionThatHasItSince) {
    auto options = AutoWorld::auto_options();
    options.conduit.preferred = 2;
    options.session_before = "B";
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey(world.rows({"P", "Q", "C", "R", "S"}));

    EXPECT_TRUE(world.dials.empty());
    EXPECT_TRUE(world.has_logged("standing by"));
}

TEST(WorkerAutoShard, TimeBeforeIsToldOfTheSameConduitAlone) {
    for (const auto* const conduit : {"conduit-1", "conduit-2"}) {
        auto options = AutoWorld::auto_options();
        options.conduit.id.clear();
        options.remembered_conduits["client"] = "conduit-1";
        options.conduit_before = conduit;
        options.gap_before = Gap{GapReason::process_died, TimePoint(1s), {}};
        AutoWorld world(std::move(options));
        world.begin();

        world.answer_survey("");
        world.welcome("A");
        const auto shard = world.worker.status().shards.lowest();
        world.accept(shard, "A");

        EXPECT_EQ(world.gaps.size(), conduit == std::string_view("conduit-1") ? 1U : 0U);
        EXPECT_EQ(world.worker.status().gaps, world.gaps.size());
    }
}

// The bug: it was told twice, as the end of the process and as a shard that nobody had.
TEST(WorkerAutoShard, WhatItsLastProcessHadIsToldOnce) {
    auto options = AutoWorld::auto_options();
    options.conduit.preferred = 1;
    const TimePoint died_at = AutoWorld().now - 10s;
    options.gap_before = Gap{GapReason::process_died, died_at, {}};
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey_with_dead({"P"}, 10s);
    world.welcome("A");
    world.accept(1, "A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::process_died);
    EXPECT_EQ(world.gaps[0].since, died_at);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{1}));
}

TEST(WorkerAutoShard, IsAGuestOfAnotherWhenNoneIsFree) {
    AutoWorld world;
    world.begin();

    world.answer_survey(world.rows({"P", "Q", "P", "R", "S"}));
    world.welcome("A");

    EXPECT_THAT(world.accept(2, "A"), HasSubstr(R"("id":"2")"));
}

TEST(WorkerAutoShard, WhoFindsNoneStandsByWithoutASession) {
    AutoWorld world;
    world.begin();

    world.answer_survey(world.rows({"P", "Q", "R", "S", "T"}));
    const auto since = world.now;
    while (!world.has_survey()) world.advance(1s);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_TRUE(world.dials.empty());
    EXPECT_GE(world.now - since, 22s);
    EXPECT_LE(world.now - since, 40s);
    EXPECT_TRUE(world.has_logged("standing by reason=every shard of the conduit has a session"));
    world.answer_survey(world.rows({"P", "Q", "R", "S", ""}));
    world.welcome("A");
    world.accept(4, "A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerAutoShard, WhoIsToEndWhenNoneIsFreeEnds) {
    auto options = AutoWorld::auto_options();
    options.conduit.when_full = WhenFull::exit;
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey(world.rows({"P", "Q", "R", "S", "T"}));

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::try_again_later);
}

// Others choose at the same time. Before the claim its page is read again if a second has passed.
TEST(WorkerAutoShard, IsLookedUpAgainWhenTheListingIsOld) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.advance(1s);

    world.welcome("A");
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        fmt::format(R"({{"data":[{}],"pagination":{{}}}})", world.rows({"P", "Q", "", "R", "S"})));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
}

// The bug: an answer that took a second was too old for a claim when it came, and was asked for
// again without end.
TEST(WorkerAutoShard, IsClaimedOnceItHasBeenLookedUpAgainHoweverSlowly) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.advance(1s);
    world.welcome("A");
    const auto request = world.take_request("GET", "/conduits/shards");
    world.advance(2s);

    world.answer(
        request, 200,
        fmt::format(R"({{"data":[{}],"pagination":{{}}}})", world.rows({"P", "Q", "", "R", "S"})));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_FALSE(world.has_request("GET", "/conduits/shards"));
}

// The bug: what was known since the check counted from the listing before.
TEST(WorkerAutoShard, ThatIsStillFreeWhenItIsLookedUpAgainHasNoGap) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.advance(6s);
    world.welcome("A");
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        fmt::format(R"({{"data":[{}],"pagination":{{}}}})", world.rows({"P", "Q", "", "R", "S"})));

    world.accept(2, "A");

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerAutoShard, ThatSomebodyElseWasFasterToIsLeftToThem) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", ""}));
    world.advance(1s);
    world.welcome("A");
    const auto others = world.rows({"P", "Q", "X", "R", "X"});

    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 fmt::format(R"({{"data":[{}],"pagination":{{}}}})", others));
    world.advance(0s);
    world.answer_survey(world.rows({"P", "Q", "X", "R", ""}));

    EXPECT_THAT(world.accept(4, "A"), HasSubstr(R"("id":"4")"));
}

TEST(WorkerAutoShard, ThatSomebodyElseClaimedLaterIsTheirsAndAnotherIsTaken) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.welcome("A");
    world.accept(2, "A");

    world.advance(1s);
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        fmt::format(R"({{"data":[{}],"pagination":{{}}}})", world.rows({"P", "Q", "X", "R", "S"})));
    world.advance(0s);
    world.answer_survey(world.rows({"", "Q", "X", "R", "S"}));
    const auto body = world.accept(0, "A");

    EXPECT_THAT(body, HasSubstr(R"("id":"0")"));
    EXPECT_EQ(world.worker.status().shards, (ShardSet{0}));
    EXPECT_EQ(world.dials.size(), 1U);
    EXPECT_TRUE(world.has_logged("claim accepted, for the session that is open shard=0 session=A"));
}

// The bug: two that kept guests each took the other for a host, and claimed one shard in turn.
TEST(WorkerAutoShard, AtAHostIsNotClaimedBackWhereAGuestIsAsGood) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    const auto key = world.welcome("A");
    world.accept(2, "A");
    for (int i = 0; i < 60 && !world.has_survey(); ++i) world.keep_alive(key);

    world.answer_survey(world.rows({"A", "Q", "Q", "R", "S"}));

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.status().shards, (ShardSet{0}));
}

// The bug: an owner of several was relieved at once of the one that it had just claimed.
TEST(WorkerAutoShard, ThatItsOwnerHasClaimedIsNotTakenFromItSoon) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    const auto key = world.welcome("A");
    world.accept(2, "A");
    for (int i = 0; i < 60 && !world.has_survey(); ++i) world.keep_alive(key);

    world.answer_survey(world.rows({"P", "Q", "Q", "R", "S"}));

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

TEST(WorkerAutoShard, IsClaimedAgainAfterALoss) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    const auto key = world.welcome("A");
    world.accept(2, "A");

    world.end(key, {.close_code = 4000});
    world.advance(1s);
    world.welcome("B");

    EXPECT_THAT(world.accept(2, "B"), HasSubstr(R"("id":"2")"));
}

TEST(WorkerAutoShard, ThatHasJustDiedKeepsOneThatIsToEndWhenNoneIsFree) {
    auto options = AutoWorld::auto_options();
    options.conduit.when_full = WhenFull::exit;
    AutoWorld world(std::move(options));
    world.begin();

    world.answer_survey_with_dead({"P"}, 2s);
    EXPECT_FALSE(world.stopped);
    world.advance(5s);
    world.answer_survey(world.rows({"P", "Q"}), 2);  // its owner is back

    EXPECT_TRUE(world.stopped);
}

TEST(WorkerAutoShard, WhoIsToEndWhenNoneIsFreeReadsTheSessionThatItHadToItsEnd) {
    auto options = AutoWorld::auto_options();
    options.conduit.when_full = WhenFull::exit;
    AutoWorld world(std::move(options));
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    const auto key = world.welcome("A");
    world.accept(2, "A");
    while (!world.has_survey()) world.keep_alive(key);

    world.answer_survey(world.rows({"P", "Q", "Z", "R", "S"}));
    world.answer_survey(world.rows({"P", "Q", "Z", "R", "S"}));

    EXPECT_TRUE(world.aborts.empty());
    EXPECT_EQ(world.closes, std::vector<SessionKey>{key});
    EXPECT_FALSE(world.stopped);
    world.end(key, {.close_code = 1000});
    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::try_again_later);
}

}  // namespace
}  // namespace conduitd
