#include "telemetry/service_notices.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

ServiceState waiting_for_a_session() {
    return {.line = {"not ready", "0 events"}};
}

ServiceState ready_with(const std::string& figures) {
    return {.is_ready = true, .line = {"ready", figures}};
}

// What a manager that takes everything is told.
std::string tell(ServiceNotices& notices, const ServiceState& state, TimePoint now) {
    auto message = notices.message(state, now);
    notices.on_told();
    return message;
}

TEST(ServiceNotices, ReadyIsSaidOnceAndNotBeforeItIsTrue) {
    ServiceNotices notices(std::nullopt);

    EXPECT_EQ(tell(notices, waiting_for_a_session(), start), "STATUS=not ready; 0 events\n");
    EXPECT_EQ(tell(notices, waiting_for_a_session(), start + 1s), "");
    EXPECT_EQ(tell(notices, ready_with("0 events"), start + 2s),
              "READY=1\nSTATUS=ready; 0 events\n");
    EXPECT_EQ(tell(notices, waiting_for_a_session(), start + 3s), "STATUS=not ready; 0 events\n");
    EXPECT_EQ(tell(notices, ready_with("0 events"), start + 4s), "STATUS=ready; 0 events\n");
}

TEST(ServiceNotices, WhatWasNotTakenIsSaidAgain) {
    ServiceNotices notices(4s);

    const auto refused = notices.message(ready_with("0 events"), start);

    EXPECT_EQ(refused, "READY=1\nSTATUS=ready; 0 events\nWATCHDOG=1\n");
    EXPECT_EQ(tell(notices, ready_with("0 events"), start + 100ms), refused);
    EXPECT_EQ(tell(notices, ready_with("0 events"), start + 200ms), "");
}

TEST(ServiceNotices, FiguresAloneAreSaidNowAndThen) {
    ServiceNotices notices(std::nullopt);
    (void)tell(notices, ready_with("1 events"), start);

    EXPECT_EQ(tell(notices, ready_with("2 events"), start + 9s), "");
    EXPECT_EQ(tell(notices, ready_with("3 events"), start + 10s), "STATUS=ready; 3 events\n");
    EXPECT_EQ(tell(notices, ready_with("3 events"), start + 30s), "");
}

TEST(ServiceNotices, StopIsSaidOnceAndEndsReadiness) {
    ServiceNotices notices(std::nullopt);
    auto state = waiting_for_a_session();
    (void)tell(notices, state, start);

    state.is_stopping = true;
    EXPECT_EQ(tell(notices, state, start + 1s), "STOPPING=1\n");
    state.is_ready = true;
    EXPECT_EQ(tell(notices, state, start + 2s), "");
}

// A look may come a quarter of the interval late, and the watchdog still has a quarter left.
TEST(ServiceNotices, WatchdogIsFedTwiceInItsInterval) {
    for (const auto watchdog : {Duration(100ms), Duration(4s), Duration(60s)}) {
        ServiceNotices notices(watchdog);
        auto fed_at = start;
        int times = 0;
        for (auto now = start; now <= start + 3 * watchdog; now += notices.pause()) {
            const auto message = tell(notices, ready_with(""), now);
            if (message.find("WATCHDOG=1\n") == std::string::npos) continue;
            EXPECT_LE(now - fed_at, watchdog / 2);
            fed_at = now;
            ++times;
        }
        EXPECT_GE(times, 6);
        EXPECT_LE(times, 13) << "no more than is asked for";
    }
}

TEST(ServiceNotices, WhoIsWaitedForIsLookedAtOften) {
    ServiceNotices notices(std::nullopt);

    EXPECT_LE(notices.pause(), 100ms);
    (void)tell(notices, ready_with(""), start);
    EXPECT_GE(notices.pause(), 1s);
}

}  // namespace
}  // namespace conduitd
