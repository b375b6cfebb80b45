// Plan B beside what is still to be had at the reconnect URL.

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto newer_url = "wss://cell-b.eventsub.example/ws?challenge=c2";

// The bug: each failure of a fresh session put the next dial of the URL off by two seconds more.
TEST(WorkerPlanB, UrlIsTriedEveryTwoSecondsHoweverOftenFreshSessionsAreRefused) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto ordered_at = world.now;
    world.advance(10s);
    world.end(world.dials[1].key, {.was_cut = true});

    std::size_t tries = 0;
    for (std::size_t ended = 2; world.now < ordered_at + 19s; world.advance(50ms)) {
        for (; ended < world.dials.size(); ++ended) {
            const bool is_url = world.dials[ended].url.target != "/ws";
            world.end(world.dials[ended].key,
                      is_url ? SessionEnd{.was_cut = true} : SessionEnd{.http_status = 503});
            if (is_url) ++tries;
        }
    }

    EXPECT_GE(tries, 3U);
}

// The bug: that the first of two URLs was refused was taken for a refusal of the second.
TEST(WorkerPlanB, RefusalAtAnEarlierUrlDoesNotCountForTheLaterOne) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.dials.back().key;
    world.frame(old, reconnect_frame("A", newer_url));
    const auto second = world.dials.back().key;
    world.worker.on_session_open(first, world.now);
    world.frame(first, welcome_frame("B"));

    world.end(first, {.close_code = 4007});
    world.advance(600ms);

    EXPECT_EQ(world.dials.back().key, second);
    world.welcome("A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

}  // namespace
}  // namespace conduitd
