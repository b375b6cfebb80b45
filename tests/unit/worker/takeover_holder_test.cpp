#include "worker/takeover_holder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Holder = TakeoverHolder::State;

class TakeoverHolderTest : public ::testing::Test {
protected:
    std::vector<HolderAction> actions() {
        std::vector<HolderAction> all;
        while (const auto action = machine.next_action()) all.push_back(*action);
        return all;
    }
    std::vector<HolderAction> look() {
        machine.on_deadline(now);
        machine.look(view, now);
        return actions();
    }
    void offer() {
        machine.on_asked(now);
        machine.on_welcomed(now);
        EXPECT_THAT(look(), ElementsAre(HolderAction::offer, HolderAction::say_go));
    }
    void release() {
        offer();
        machine.on_claimed(now);
        EXPECT_THAT(look(), ElementsAre(HolderAction::mark_taken));
        now += limits.quiet;
        EXPECT_THAT(look(), ElementsAre(HolderAction::release));
    }

    TakeoverLimits limits;
    TimePoint now{seconds(1000)};
    TakeoverHolder machine;
    TakeoverHolder::View view{.may_offer = true, .is_in_doubt = false, .last_data_at = {}};
};

TEST_F(TakeoverHolderTest, AllTheWay) {
    release();
    machine.on_locked(now);

    EXPECT_THAT(actions(), ElementsAre(HolderAction::leave));
    EXPECT_EQ(machine.state(), Holder::leaving);
    EXPECT_EQ(machine.deadline(), never);
}

TEST_F(TakeoverHolderTest, NothingStandsStillBeforeTheNewcomerIsWelcomed) {
    machine.on_asked(now);
    EXPECT_THAT(look(), IsEmpty());

    now += limits.welcome_max;
    EXPECT_THAT(look(), ElementsAre(HolderAction::hang_up));
    EXPECT_TRUE(machine.is_idle());
}

TEST_F(TakeoverHolderTest, AWorkerThatIsMovedComesToRestFirst) {
    view.may_offer = false;
    machine.on_asked(now);
    machine.on_welcomed(now);
    EXPECT_THAT(look(), IsEmpty());

    now += limits.rest_max - milliseconds(1);
    view.may_offer = true;
    EXPECT_THAT(look(), ElementsAre(HolderAction::offer, HolderAction::say_go));
}

TEST_F(TakeoverHolderTest, OneThatDoesNotComeToRestIsNotTakenOverFrom) {
    view.may_offer = false;
    machine.on_asked(now);
    machine.on_welcomed(now);

    now += limits.rest_max;
    EXPECT_THAT(look(), ElementsAre(HolderAction::hang_up));
    EXPECT_TRUE(machine.is_idle());
}

TEST_F(TakeoverHolderTest, WhatTheNewcomerMayHaveClaimedIsTakenBack) {
    offer();
    const auto went_at = now;
    now += seconds(1);
    machine.on_gone("it has died", now);

    EXPECT_THAT(actions(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));
    EXPECT_EQ(machine.lost_since(), went_at);
    EXPECT_EQ(machine.reason(), "it has died");
    EXPECT_TRUE(machine.is_idle());
}

TEST_F(TakeoverHolderTest, ASilentNewcomerIsNotWaitedForLonger) {
    offer();
    now += limits.claim_max;

    EXPECT_THAT(look(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));
}

TEST_F(TakeoverHolderTest, ASessionThatIsToBeReplacedGoesFirst) {
    offer();
    view.is_in_doubt = true;

    EXPECT_THAT(look(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));
}

// What comes late is handed over: the stream does not wait for it.
TEST_F(TakeoverHolderTest, WaitsForQuietButNotForLong) {
    offer();
    machine.on_claimed(now);
    EXPECT_THAT(look(), ElementsAre(HolderAction::mark_taken));
    const auto claimed_at = now;
    while (now + milliseconds(100) < claimed_at + limits.quiet_max) {
        now += milliseconds(100);
        view.last_data_at = now;
        EXPECT_THAT(look(), IsEmpty());
    }
    now = claimed_at + limits.quiet_max;
    view.last_data_at = now;

    EXPECT_THAT(look(), ElementsAre(HolderAction::release));
}

TEST_F(TakeoverHolderTest, WithoutANewcomerTheSpoolIsHadAgain) {
    release();
    machine.on_gone("it has died", now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::retake));
    machine.on_gone("it has died again", now);
    EXPECT_THAT(actions(), IsEmpty());

    machine.on_retaken(true, now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));
    EXPECT_EQ(machine.reason(), "it has died");
    EXPECT_TRUE(machine.is_idle());
}

TEST_F(TakeoverHolderTest, ALockThatIsNotFreeAtOnceIsTriedAgain) {
    release();
    now += limits.release_max + limits.lock_max;
    EXPECT_THAT(look(), ElementsAre(HolderAction::retake));
    const auto since = now;

    while (now < since + limits.retake_max) {
        machine.on_retaken(false, now);
        EXPECT_THAT(look(), IsEmpty());
        now += limits.retake_retry;
        ASSERT_EQ(machine.deadline(), now);
        EXPECT_THAT(look(), ElementsAre(HolderAction::retake));
    }

    machine.on_retaken(false, now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::leave));
    EXPECT_EQ(machine.state(), Holder::leaving);
}

TEST_F(TakeoverHolderTest, WhoHasTheLockIsTheWorker) {
    release();
    now += limits.release_max + limits.lock_max;
    EXPECT_THAT(look(), ElementsAre(HolderAction::retake));
    machine.on_retaken(false, now);

    machine.on_locked(now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::leave));
    EXPECT_EQ(machine.state(), Holder::leaving);
}

TEST_F(TakeoverHolderTest, AnOrderToStopIsObeyedUntilTheSpoolIsReleased) {
    offer();
    EXPECT_TRUE(machine.may_stop());
    machine.on_stop(now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));

    release();
    EXPECT_FALSE(machine.may_stop());
}

TEST_F(TakeoverHolderTest, WordsOutOfTurnEndIt) {
    machine.on_asked(now);
    machine.on_claimed(now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::hang_up));

    offer();
    machine.on_locked(now);
    EXPECT_THAT(actions(), ElementsAre(HolderAction::hang_up, HolderAction::take_back));
}

}  // namespace
}  // namespace conduitd
