#include "telemetry/readiness.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

WorkerStatus in_state(WorkerState state) {
    WorkerStatus worker;
    worker.state = state;
    return worker;
}

TEST(Readiness, WhoHasItsShardsOrStandsByIsReady) {
    for (const auto state : {WorkerState::holding, WorkerState::moving, WorkerState::standby}) {
        const auto readiness = readiness_of(in_state(state));
        EXPECT_TRUE(readiness.is_ready) << name_of(state);
        EXPECT_TRUE(readiness.reason.empty());
    }
}

TEST(Readiness, WhoHasNoSessionOrIsToStopIsNotAndSaysWhy) {
    for (const auto state : {WorkerState::preparing, WorkerState::seeking, WorkerState::stopping,
                             WorkerState::stopped}) {
        const auto readiness = readiness_of(in_state(state));
        EXPECT_FALSE(readiness.is_ready) << name_of(state);
        EXPECT_FALSE(readiness.reason.empty());
    }
}

TEST(Readiness, WhoIsInDoubtOrDegradedIsNot) {
    auto worker = in_state(WorkerState::holding);
    worker.is_doubtful = true;
    EXPECT_FALSE(readiness_of(worker).is_ready);

    worker.is_doubtful = false;
    worker.is_degraded = true;
    EXPECT_FALSE(readiness_of(worker).is_ready);
}

TEST(Readiness, DocumentSaysWhyOrNothing) {
    EXPECT_EQ(make_readiness_document(in_state(WorkerState::holding)),
              R"({"ready":true,"state":"holding","reason":null})");
    EXPECT_EQ(make_readiness_document(in_state(WorkerState::stopping)),
              R"({"ready":false,"state":"stopping","reason":"it was told to stop"})");
}

}  // namespace
}  // namespace conduitd
