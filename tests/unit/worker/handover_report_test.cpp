#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(WorkerHandoverReport, SumsOfAReconnectBalance) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, notification_frame("before"));
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.frame(old, notification_frame("1"));
    world.advance(30ms);
    const auto next = world.welcome("A");
    world.frame(next, notification_frame("1"));
    world.frame(next, notification_frame("3"));
    world.frame(old, notification_frame("2"));

    EXPECT_EQ(world.worker.status().handovers, 0U);
    world.end(old, {.close_code = 1000});

    const auto report = world.worker.status().last_handover.value();
    EXPECT_EQ(report.cause, HandoverCause::reconnect);
    EXPECT_EQ(report.from, "A");
    EXPECT_EQ(report.to, "A");
    EXPECT_EQ(report.took, 30ms);
    EXPECT_EQ(report.unbound, 0ms);
    EXPECT_EQ(report.read_old, 2U);
    EXPECT_EQ(report.read_new, 2U);
    EXPECT_EQ(report.duplicates, 1U);
    EXPECT_EQ(report.forwarded, 3U);
    EXPECT_TRUE(report.is_balanced());
    EXPECT_TRUE(world.has_logged(
        "handover done cause=reconnect from=A session=A took_ms=30 "
        "unbound_ms=0 read_old=2 read_new=2 read_between=0 duplicates=1 forwarded=3"));
}

TEST(WorkerHandoverReport, OfALossSaysHowLongTheShardHadNoSession) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.close_code = 4000});
    world.advance(70ms);

    const auto next = world.welcome("B");
    world.frame(next, notification_frame("1"));
    world.accept_claim("B");

    const auto report = world.worker.status().last_handover.value();
    EXPECT_EQ(report.cause, HandoverCause::loss);
    EXPECT_EQ(report.from, "A");
    EXPECT_EQ(report.to, "B");
    EXPECT_EQ(report.unbound, 70ms);
    EXPECT_EQ(report.read_new, 1U);
    EXPECT_TRUE(report.is_balanced());
}

TEST(WorkerHandoverReport, OfPlanBNamesItAndItsFreshSession) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    world.end(world.dials.back().key, {.close_code = 4007});
    world.frame(old, notification_frame("1"));
    const auto next = world.welcome("F");
    world.accept_claim("F");
    world.frame(next, notification_frame("2"));

    world.end(old, {.close_code = 4004});

    const auto report = world.worker.status().last_handover.value();
    EXPECT_EQ(report.cause, HandoverCause::plan_b);
    EXPECT_EQ(report.to, "F");
    EXPECT_EQ(report.unbound, 0ms);
    EXPECT_EQ(report.forwarded, 2U);
    EXPECT_TRUE(report.is_balanced());
}

TEST(WorkerHandoverReport, CountsASuccessorThatEndsBeforeTheOldSession) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto next = world.welcome("A");
    world.frame(next, notification_frame("1"));
    world.end(next, {.was_cut = true});
    world.frame(old, notification_frame("2"));

    world.end(old, {.close_code = 1000});

    const auto report = world.worker.status().last_handover.value();
    EXPECT_EQ(report.cause, HandoverCause::reconnect);
    EXPECT_EQ(report.read_old, 1U);
    EXPECT_EQ(report.read_new, 1U);
    EXPECT_EQ(report.forwarded, 2U);
}

TEST(WorkerHandoverReport, CountsSessionsThatCameAndWentOnTheWay) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.welcome("B");
    world.frame(first, notification_frame("1"));
    world.frame(first, notification_frame("2"));
    world.end(first, {.was_cut = true});
    world.frame(old, notification_frame("2"));
    world.advance(1s);
    const auto next = world.welcome("A");
    world.frame(next, notification_frame("3"));

    world.end(old, {.close_code = 1000});

    const auto report = world.worker.status().last_handover.value();
    EXPECT_EQ(report.read_old, 1U);
    EXPECT_EQ(report.read_new, 1U);
    EXPECT_EQ(report.read_between, 2U);
    EXPECT_EQ(report.forwarded, 3U);
    EXPECT_EQ(report.duplicates, 1U);
    EXPECT_TRUE(report.is_balanced());
}

// The bug: one that had come to nothing was said to have taken three hundred years.
TEST(WorkerHandoverReport, IsNotMadeWhereNoSessionHasTakenOver) {
    auto options = World::default_options();
    options.claim_check = {};
    World world(options);
    const auto key = world.become_ready("A");
    world.keep_alive(key);
    world.keep_alive(key);
    world.requests.clear();
    world.frame(key, reconnect_frame("A", cell_url));
    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 fmt::format(R"({{"data":[{}],"pagination":{{}}}})", World::row(3, "X")));
    world.welcome("B");
    world.answer_survey(World::row(3, "X"));
    ASSERT_EQ(world.worker.state(), WorkerState::standby);

    world.end(key, {.close_code = 1000});

    EXPECT_FALSE(world.has_logged("handover done"));
    EXPECT_EQ(world.worker.status().handovers, 0U);
}

TEST(WorkerRotation, FreshSessionTakesOverAndTheOldOneIsReadOut) {
    World world;
    const auto old = world.become_ready("A");

    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::under_way);
    world.welcome("B");
    world.frame(old, notification_frame("1"));
    world.accept_claim("B");
    world.frame(old, notification_frame("2"));
    world.advance(3s);
    world.end(old, {.close_code = 1000});

    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
    EXPECT_EQ(world.forwarded_ids(), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_EQ(world.worker.status().last_handover->cause, HandoverCause::rotation);
    EXPECT_EQ(world.worker.status().losses, 0U);
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerRotation, IsTriedAgainWhenTheFreshSessionFails) {
    World world;
    world.become_ready("A");
    (void)world.worker.rotate(world.now);
    world.collect();

    world.end(world.dials.back().key, {.what = "refused"});
    world.advance(1s);
    world.welcome("C");
    world.accept_claim("C");

    EXPECT_EQ(world.worker.status().session_id, "C");
}

TEST(WorkerRotation, NeedsABoundSession) {
    World world;
    world.worker.start(world.now);

    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::nothing_bound);
}

}  // namespace
}  // namespace conduitd
