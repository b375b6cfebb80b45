#include "telemetry/load_document.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(LoadDocument, SaysLevelsFiguresAndCounts) {
    LoadStatus status;
    status.load = {.level = Level::high,
                   .previous = Level::available,
                   .since = *parse_rfc3339("2026-11-21T20:42:09Z"),
                   .times_available = 1,
                   .times_high = 2,
                   .times_overload = 3};
    status.load_figures = {.events_per_second = 5119.6,
                           .busy = 0.73091,
                           .capacity = 7004.4,
                           .lag = std::chrono::microseconds(2900),
                           .spool_memory = 0.25,
                           .share = 0.73091};
    status.load_hook = {.runs = 5, .failures = 4};
    status.backlog_figures = {
        .consumer = "bot", .bytes = 18'230, .age = std::chrono::seconds(280), .share = 0.9333};
    status.backlog_hook = {.runs = 7, .failures = 6};

    EXPECT_EQ(
        serialize(describe_load(status)),
        R"({"level":"high","since":"2026-11-21T20:42:09.000000000Z","times_available":1,"times_high":2,)"
        R"("times_overload":3,"hook_runs":5,"hook_failures":4,"share":7.31E-1,)"
        R"("events_per_second":5120,"capacity":7004,"busy":7.31E-1,"lag_ms":2,"spool_memory":2.5E-1})");
    EXPECT_EQ(
        serialize(describe_backlog(status)),
        R"({"level":"available","since":"1970-01-01T00:00:00.000000000Z","times_available":0,"times_high":0,)"
        R"("times_overload":0,"hook_runs":7,"hook_failures":6,"share":9.33E-1,)"
        R"("consumer":"bot","bytes":18230,"age_ms":280000})");
}

TEST(LoadDocument, SaysNullForWhatIsNotKnown) {
    EXPECT_TRUE(describe_load({}).at("capacity").is_null());
    EXPECT_TRUE(describe_backlog({}).at("consumer").is_null());
}

}  // namespace
}  // namespace conduitd
