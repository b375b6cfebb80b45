#include "conduitd/service_environment.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(ServiceEnvironment, WithoutAManagerThereIsNothing) {
    const auto service = service_environment({}, 7);

    EXPECT_EQ(service.notify_socket, "");
    EXPECT_EQ(service.watchdog, std::nullopt);
}

TEST(ServiceEnvironment, IsWhatTheManagerSays) {
    const auto service = service_environment(
        {{"NOTIFY_SOCKET", "/run/systemd/notify"}, {"WATCHDOG_USEC", "30000000"}}, 7);

    EXPECT_EQ(service.notify_socket, "/run/systemd/notify");
    EXPECT_EQ(service.watchdog, 30s);
}

TEST(ServiceEnvironment, WatchdogIsForTheProcessThatItNames) {
    const auto watchdog_of = [](const std::string& pid) {
        return service_environment({{"WATCHDOG_USEC", "1000"}, {"WATCHDOG_PID", pid}}, 7).watchdog;
    };

    EXPECT_EQ(watchdog_of("7"), 1ms);
    EXPECT_EQ(watchdog_of("8"), std::nullopt);
    EXPECT_EQ(watchdog_of("7x"), std::nullopt);
    EXPECT_EQ(watchdog_of(""), 1ms);
}

TEST(ServiceEnvironment, IntervalThatIsNoneIsNoWatchdog) {
    for (const auto* text : {"", "0", "-5", "soon", "5s", "9223372036854775807", "1e9"}) {
        EXPECT_EQ(service_environment({{"WATCHDOG_USEC", text}}, 7).watchdog, std::nullopt) << text;
    }
}

}  // namespace
}  // namespace conduitd
