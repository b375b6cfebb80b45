#include "conduitd/load_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace conduitd {
namespace {

using std::chrono::seconds;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(LoadOptions, AreThoseOfTheSettings) {
    Config config;
    config.load = {.levels = {.available = 10, .high = 20, .overload = 30},
                   .capacity = 4000,
                   .enter_after = seconds(1),
                   .leave_after = seconds(2)};
    config.backlog = {.levels = {.available = 40, .high = 50, .overload = 60},
                      .age_max = seconds(3)};
    config.spool.bytes_max = 5'000'000;
    config.hooks = {.load = "a", .backlog = "b", .timeout = seconds(4)};

    const auto options = load_watch_options(config);

    const auto& monitor = options.monitor;
    EXPECT_EQ(monitor.load.capacity, 4000);
    EXPECT_DOUBLE_EQ(monitor.load_limits.available, 0.1);
    EXPECT_DOUBLE_EQ(monitor.load_limits.high, 0.2);
    EXPECT_DOUBLE_EQ(monitor.load_limits.overload, 0.3);
    EXPECT_EQ(monitor.load_limits.enter_after, seconds(1));
    EXPECT_EQ(monitor.load_limits.leave_after, seconds(2));
    EXPECT_DOUBLE_EQ(monitor.backlog_limits.available, 0.4);
    EXPECT_DOUBLE_EQ(monitor.backlog_limits.overload, 0.6);
    EXPECT_EQ(monitor.backlog_limits.leave_after, seconds(2));
    EXPECT_EQ(monitor.backlog_age_max, seconds(3));
    EXPECT_EQ(monitor.backlog_bytes_max, 5'000'000U);
    EXPECT_EQ(options.load_hook, "a");
    EXPECT_EQ(options.backlog_hook, "b");
    EXPECT_EQ(options.hook_time_limit, seconds(4));
}

TEST(LoadOptions, HooksGetNoSecretOfTheEnvironment) {
    ::setenv("TWITCH_CLIENT_SECRET", "hunter2", 1);

    const auto options = load_watch_options({});

    ::unsetenv("TWITCH_CLIENT_SECRET");
    EXPECT_THAT(options.hook_environment, Contains(StartsWith("PATH=")));
    EXPECT_THAT(options.hook_environment, Each(Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace conduitd
