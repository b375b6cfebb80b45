#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// A worker that has several shards, and what Twitch says of each.
class ManyShards : public World {
public:
    explicit ManyShards(ShardSet shards = {0, 1, 2}) : World(options_for(std::move(shards))) {}
    explicit ManyShards(WorkerOptions options) : World(std::move(options)) {}

    static WorkerOptions options_for(ShardSet shards) {
        auto options = default_options();
        options.conduit.shards = std::move(shards);
        return options;
    }

    static std::string rows(const ShardSet& shards, std::string_view session) {
        std::string text;
        for (const auto shard : shards) {
            if (!text.empty()) text += ',';
            text += row(shard, session);
        }
        return text;
    }

    // The oldest claim is answered: these are bound to the session, those are refused.
    std::string answer_claim(const ShardSet& bound, const ShardSet& refused,
                             std::string_view session) {
        const auto claim = take_request("PATCH", "/conduits/shards");
        std::string errors;
        for (const auto shard : refused) {
            if (!errors.empty()) errors += ',';
            errors += fmt::format(R"({{"id":"{}","message":"out of range","code":"c"}})", shard);
        }
        answer(claim, 202,
               fmt::format(R"({{"data":[{}],"errors":[{}]}})", rows(bound, session), errors));
        return claim.request.body;
    }

    SessionKey begin(std::string_view session) {
        worker.start(now);
        grant_token();
        list_conduits(R"({"data":[{"id":"conduit-1","shard_count":500}]})");
        return welcome(session);
    }

    // For as long as a session is claimed, and after it.
    void have_refused(SessionKey key, const ShardSet& refused, ShardSet bound) {
        for (int second = 0; second < 10; ++second) {
            if (has_request("PATCH", "/conduits/shards")) {
                answer_claim(std::exchange(bound, {}), refused, "A");
            }
            advance(1s);
            frame(key, keepalive_frame());
        }
    }

    // Time passes until the worker reads its shards back.
    void answer_look(SessionKey key, const std::string& data) {
        for (int i = 0; i < 20 && !has_request("GET", "conduits/shards?"); ++i) {
            advance(2s);
            frame(key, keepalive_frame());
        }
        answer(take_request("GET", "conduits/shards?"), 200,
               fmt::format(R"({{"data":[{}],"pagination":{{}}}})", data));
    }

    [[nodiscard]] WorkerState state() const { return worker.status().state; }
};

TEST(WorkerShardSet, IsClaimedWithOneCall) {
    ManyShards world;
    world.begin("A");

    const auto body = world.answer_claim({0, 1, 2}, {}, "A");

    EXPECT_THAT(
        body, AllOf(HasSubstr(R"("id":"0")"), HasSubstr(R"("id":"1")"), HasSubstr(R"("id":"2")")));
    EXPECT_EQ(world.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().shards.text(), "0-2");
    EXPECT_TRUE(world.has_logged("ready conduit=conduit-1 shard=0-2 session=A"));
}

TEST(WorkerShardSet, MoreThanAHundredAreClaimedInBatches) {
    std::vector<std::uint32_t> ids(250);
    std::iota(ids.begin(), ids.end(), 0U);
    const ShardSet all(ids);
    ManyShards world(all);
    world.begin("A");

    auto rest = all;
    for (const auto size : {100U, 100U, 50U}) {
        EXPECT_EQ(world.state(), WorkerState::seeking);
        const auto batch = rest.first(size);
        const auto body = world.answer_claim(batch, {}, "A");
        EXPECT_THAT(body, HasSubstr(fmt::format(R"("id":"{}")", batch.lowest())));
        EXPECT_THAT(body, HasSubstr(fmt::format(R"("id":"{}")", batch.highest())));
        EXPECT_THAT(body, Not(HasSubstr(fmt::format(R"("id":"{}")", batch.highest() + 1))));
        rest.erase(batch);
    }

    EXPECT_EQ(world.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

// The old session of a reconnect ends while the binding that came along is being confirmed.
TEST(WorkerShardSet, RoundThatIsBegunAnewProvesNothingBeforeItsEnd) {
    std::vector<std::uint32_t> ids(150);
    std::iota(ids.begin(), ids.end(), 0U);
    const ShardSet all(ids);
    auto rest = all;
    rest.erase(all.first(100));
    ManyShards world(all);
    const auto old = world.begin("A");
    world.answer_claim(all.first(100), {}, "A");
    world.answer_claim(rest, {}, "A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("A");
    world.answer_claim(all.first(100), {}, "A");
    world.end(old);

    world.answer_claim(rest, {}, "A");
    EXPECT_FALSE(world.has_logged("binding confirmed session=A"));
    world.answer_claim(all.first(100), {}, "A");
    EXPECT_FALSE(world.has_logged("binding confirmed session=A"));
    world.answer_claim(rest, {}, "A");

    EXPECT_TRUE(world.has_logged("binding confirmed session=A"));
}

// The bug: its round went on, and ended as accepted with shards that were at the old session again.
TEST(WorkerShardSet, RoundBeginsAnewWhereTheOldSessionIsClaimedInTheMiddleOfIt) {
    std::vector<std::uint32_t> ids(150);
    std::iota(ids.begin(), ids.end(), 0U);
    const ShardSet all(ids);
    const auto first = all.first(100);
    auto rest = all;
    rest.erase(first);
    ManyShards world(all);
    world.begin("A");
    world.answer_claim(first, {}, "A");
    world.answer_claim(rest, {}, "A");
    // The answer to a claim for "B" is late.
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto lost = world.welcome("B");
    const auto straggler = world.take_request("PATCH", "/conduits/shards");
    world.end(lost, {.was_cut = true});
    world.answer_claim(first, {}, "A");
    world.answer_claim(rest, {}, "A");
    world.advance(1s);
    world.welcome("C");
    world.answer_claim(first, {}, "C");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 503, "");

    world.answer(straggler, 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", ManyShards::rows(first, "B")));
    world.answer_claim(first, {}, "A");
    world.answer_claim(rest, {}, "A");
    world.advance(1s);
    world.answer_claim(first, {}, "C");
    EXPECT_FALSE(world.has_logged("claim accepted shard=0-149 session=C"));
    world.answer_claim(rest, {}, "C");

    EXPECT_TRUE(world.has_logged("claim accepted shard=0-149 session=C"));
}

TEST(WorkerShardSet, OnlyTheRefusedOnesAreClaimedAgain) {
    ManyShards world;
    world.begin("A");

    world.answer_claim({0, 2}, {1}, "A");
    EXPECT_EQ(world.state(), WorkerState::seeking);
    world.advance(2s);
    const auto body = world.answer_claim({1}, {}, "A");

    EXPECT_THAT(body, AllOf(HasSubstr(R"("id":"1")"), Not(HasSubstr(R"("id":"0")"))));
    EXPECT_EQ(world.state(), WorkerState::holding);
    EXPECT_FALSE(world.worker.status().is_degraded);
}

TEST(WorkerShardSet, SomeAreBetterThanNone) {
    ManyShards world;
    const auto key = world.begin("A");

    world.have_refused(key, {2}, {0, 1});

    EXPECT_EQ(world.state(), WorkerState::holding);
    EXPECT_TRUE(world.closes.empty());
    EXPECT_TRUE(world.worker.status().is_degraded);
    EXPECT_TRUE(world.has_logged(
        "degraded: some of the shards cannot be claimed shard=2 reason=out of range"));
}

TEST(WorkerShardSet, RestIsClaimedAsSoonAsItCanBe) {
    ManyShards world;
    const auto key = world.begin("A");
    world.have_refused(key, {2}, {0, 1});
    ASSERT_TRUE(world.gaps.empty());

    for (int i = 0; i < 10 && !world.has_request("PATCH", "/conduits/shards"); ++i) {
        world.keep_alive(key);
    }
    world.answer_claim({0, 1, 2}, {}, "A");

    EXPECT_FALSE(world.worker.status().is_degraded);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The next process is to know that of the rest nothing came since before this one.
TEST(WorkerShardSet, WhoHasSomeIsInDoubtSinceTheProcessBefore) {
    auto options = ManyShards::options_for({0, 1, 2});
    const auto since = World().now - 1min;
    options.gap_before = Gap{GapReason::process_died, since, {}};
    ManyShards world(options);
    const auto key = world.begin("A");
    world.have_refused(key, {2}, {0, 1});
    ASSERT_TRUE(world.worker.is_doubtful());

    world.end(key, {.was_cut = true});
    world.advance(1s);
    world.welcome("B");
    world.answer_claim({0, 1, 2}, {}, "B");

    EXPECT_FALSE(world.worker.is_doubtful());
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::process_died);
    EXPECT_EQ(world.gaps[0].since, since);
}

TEST(WorkerShardSet, OneThatSomebodyElseTookIsLeftToThemAndTheRestIsNot) {
    ManyShards world;
    const auto key = world.begin("A");
    world.answer_claim({0, 1, 2}, {}, "A");
    const auto rows = world.row(0, "A") + "," + world.row(1, "Z") + "," +
                      world.row(2, "A", "websocket_disconnected");

    world.answer_look(key, rows);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    world.answer_survey(rows, 3);
    world.answer_claim({0, 2}, {}, "A");

    EXPECT_EQ(world.worker.status().held_by, "Z");
    EXPECT_EQ(world.worker.status().shards, (ShardSet{0, 2}));
}

// The bug: the time in which nobody had the one was told of all.
TEST(WorkerShardSet, TimeInWhichNobodyHadTheOneThatIsTakenBackIsToldOfItAlone) {
    ManyShards world;
    const auto key = world.begin("A");
    world.answer_claim({0, 1, 2}, {}, "A");
    const auto ours = world.row(0, "A") + "," + world.row(2, "A") + ",";
    world.answer_look(key, ours + world.row(1, "Z"));
    world.answer_survey(ours + world.row(1, "Z"), 3);
    ASSERT_EQ(world.worker.home(), (ShardSet{0, 2}));

    while (!world.has_survey()) world.keep_alive(key);
    world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":3}]})");
    const auto dead =
        R"({"id":"1","status":"websocket_disconnected","transport":{"method":"websocket","session_id":"Z","disconnected_at":"2026-03-04T05:29:30Z"}})";
    world.worker.on_response(
        world.take_request("GET", "/conduits/shards").id,
        HttpResponse{200,
                     {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
                     fmt::format(R"({{"data":[{}{}],"pagination":{{}}}})", ours, dead)},
        world.now, {});
    world.answer_claim({0, 1, 2}, {}, "A");

    ASSERT_FALSE(world.gaps.empty());
    EXPECT_EQ(world.gaps.back().reason, GapReason::unserved);
    EXPECT_EQ(world.gaps.back().shards, (ShardSet{1}));
}

// The bugs: it was given up to whoever had it, a dead session of the process before, too; and what
// had never been proven was told as missing since the clock's beginning.
TEST(WorkerShardSet, OneThatWasNeverHadIsClaimedOnAndMissingSinceTheStartAtMost) {
    ManyShards world({0, 1});
    const auto started_at = world.now;
    const auto key = world.begin("A");
    world.have_refused(key, {1}, {0});
    ASSERT_EQ(world.state(), WorkerState::holding);
    while (!world.has_survey()) {
        if (world.has_request("PATCH", "/conduits/shards")) world.answer_claim({0}, {1}, "A");
        world.keep_alive(key);
    }
    if (world.has_request("PATCH", "/conduits/shards")) world.answer_claim({0}, {1}, "A");

    // Who has it has had it since before this process.
    world.answer_survey(world.row(0, "A") + "," + world.row(1, "Z"), 2);
    EXPECT_EQ(world.worker.status().shards, (ShardSet{0, 1}));
    world.answer_claim({0, 1}, {}, "A");

    ASSERT_FALSE(world.gaps.empty());
    for (const auto& gap : world.gaps) EXPECT_GE(gap.since, started_at);
}

TEST(WorkerShardSet, RefusalOfSomeIsNoFaultOfABoundSession) {
    ManyShards world;
    const auto key = world.begin("A");
    world.answer_claim({0, 1, 2}, {}, "A");
    world.answer_look(key, world.rows({0, 1}, "A"));

    world.answer_claim({0, 1}, {2}, "A");
    world.keep_alive(key);

    EXPECT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.state(), WorkerState::holding);
}

}  // namespace
}  // namespace conduitd
