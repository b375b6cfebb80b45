#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(WorkerSkippedFrame, MalformedFrameIsSkippedAndTheNextOneForwarded) {
    World world;
    const auto key = world.become_ready("A");

    world.frame(key, "{\"metadata\":");
    world.frame(key, "[]");
    world.frame(key, notification_frame("m1"));

    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_TRUE(world.has_logged("frame skipped"));
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// The bug: that a notification may have been in it was in no gap line.
TEST(WorkerSkippedFrame, BinaryMessageIsSkippedAndTold) {
    World world;
    const auto key = world.become_ready("A");

    world.worker.on_binary_message(key, 100, world.now);
    world.collect();

    EXPECT_TRUE(world.has_logged("binary message skipped"));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::message_skipped);
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

TEST(WorkerSkippedFrame, MessageOfAnUnknownTypeIsSkipped) {
    World world;
    const auto key = world.become_ready("A");

    world.frame(key,
                R"({"metadata":{"message_id":"x","message_type":"session_party"},"payload":{}})");

    EXPECT_TRUE(world.forwarded.empty());
    EXPECT_TRUE(world.has_logged("unknown type skipped type=session_party"));
}

}  // namespace
}  // namespace conduitd
