#include "worker/takeover_newcomer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace conduitd {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using Newcomer = TakeoverNewcomer::State;

class TakeoverNewcomerTest : public ::testing::Test {
protected:
    std::vector<NewcomerAction> actions() {
        std::vector<NewcomerAction> all;
        while (const auto action = machine.next_action()) all.push_back(*action);
        return all;
    }
    // Says what is said on the way to `state`.
    void go_to(Newcomer state) {
        if (machine.state() < state) machine.on_accepted(now);
        if (machine.state() < state) machine.on_ready_to_claim(now);
        if (machine.state() < state) machine.on_go(now);
        if (machine.state() < state) machine.on_all_claimed(now);
        if (machine.state() < state) machine.on_released(now);
        actions();
        ASSERT_EQ(machine.state(), state);
    }

    TakeoverLimits limits;
    TimePoint now{seconds(1000)};
    TakeoverNewcomer machine{now};
};

TEST_F(TakeoverNewcomerTest, AllTheWay) {
    machine.on_accepted(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::start_worker));
    machine.on_ready_to_claim(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::say_welcomed));
    machine.on_go(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::claim));
    machine.on_all_claimed(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::say_claimed));
    machine.on_released(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::take_lock));
    machine.on_locked(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::say_locked));
    EXPECT_EQ(machine.deadline(), never);
}

TEST_F(TakeoverNewcomerTest, BeforeItClaimsItEndsWithTheHolder) {
    for (const auto state : {Newcomer::asking, Newcomer::starting, Newcomer::welcomed}) {
        machine = TakeoverNewcomer(now);
        go_to(state);
        machine.on_holder_gone("it is gone", now);
        EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));
        EXPECT_EQ(machine.reason(), "it is gone");
    }
}

// Who has died holds no lock; who has only hung up does.
TEST_F(TakeoverNewcomerTest, OnceItMayHaveClaimedTheLockTells) {
    for (const auto state : {Newcomer::claiming, Newcomer::claimed}) {
        machine = TakeoverNewcomer(now);
        go_to(state);
        machine.on_holder_gone("it is gone", now);
        EXPECT_THAT(actions(), ElementsAre(NewcomerAction::take_lock));
        machine.on_locked(now);
        EXPECT_THAT(actions(), ElementsAre(NewcomerAction::say_locked));
    }
    machine = TakeoverNewcomer(now);
    go_to(Newcomer::claimed);
    machine.on_holder_gone("it has changed its mind", now);
    actions();
    machine.on_lock_refused(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));
    EXPECT_EQ(machine.reason(), "it has changed its mind");
}

TEST_F(TakeoverNewcomerTest, NothingIsWaitedForWithoutALimit) {
    for (const auto state : {Newcomer::asking, Newcomer::starting, Newcomer::welcomed,
                             Newcomer::claiming, Newcomer::claimed, Newcomer::locking}) {
        machine = TakeoverNewcomer(now);
        go_to(state);
        ASSERT_NE(machine.deadline(), never);
        machine.on_deadline(machine.deadline());
        EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));
        EXPECT_FALSE(machine.reason().empty());
    }
}

TEST_F(TakeoverNewcomerTest, AStopEndsItUntilItHasTheLock) {
    go_to(Newcomer::locking);
    machine.on_stopped("told to stop", now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));

    machine = TakeoverNewcomer(now);
    go_to(Newcomer::locking);
    machine.on_locked(now);
    actions();
    machine.on_stopped("told to stop", now);
    EXPECT_EQ(machine.state(), Newcomer::done);
}

TEST_F(TakeoverNewcomerTest, WordsOutOfTurnEndIt) {
    machine.on_go(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));

    machine = TakeoverNewcomer(now);
    go_to(Newcomer::claiming);
    machine.on_released(now);
    EXPECT_THAT(actions(), ElementsAre(NewcomerAction::fail));
}

}  // namespace
}  // namespace conduitd
