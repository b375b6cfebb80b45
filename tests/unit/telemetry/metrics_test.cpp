#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What a scrape has for this name: each sample without the name's prefix.
std::string samples_of(const Metrics& metrics, const std::string& name) {
    const auto text = make_metrics_text(metrics);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        const auto line = text.substr(at, end - at);
        const auto rest = line.starts_with(name) ? line.substr(name.size()) : std::string();
        if (rest.starts_with(' ') || rest.starts_with('{')) out += rest + "\n";
        at = end + 1;
    }
    return out;
}

TEST(Metrics, StatusIsThereInNumbers) {
    Metrics metrics;
    metrics.status.version = "1.2.3";
    metrics.status.worker.forwarded = 1042;
    metrics.status.bytes_forwarded = 5'000'000'000;
    metrics.status.worker.gap_total = std::chrono::milliseconds(1500);
    metrics.status.worker.state = WorkerState::standby;

    EXPECT_EQ(samples_of(metrics, "conduitd_build_info"), "{version=\"1.2.3\"} 1\n");
    EXPECT_EQ(samples_of(metrics, "conduitd_events_total"), " 1042\n");
    EXPECT_EQ(samples_of(metrics, "conduitd_event_bytes_total"), " 5000000000\n");
    EXPECT_EQ(samples_of(metrics, "conduitd_gap_seconds_total"), " 1.5\n");
    EXPECT_EQ(samples_of(metrics, "conduitd_ready"), " 1\n");
    EXPECT_THAT(samples_of(metrics, "conduitd_state"), HasSubstr("{state=\"standby\"} 1\n"));
    EXPECT_THAT(samples_of(metrics, "conduitd_state"), HasSubstr("{state=\"holding\"} 0\n"));
}

TEST(Metrics, WhatIsNotKnownHasNoSampleAndIsDeclaredAllTheSame) {
    Metrics metrics;

    EXPECT_EQ(samples_of(metrics, "conduitd_helix_points_left"), "");
    EXPECT_THAT(make_metrics_text(metrics), HasSubstr("# TYPE conduitd_helix_points_left gauge\n"));
    metrics.status.worker.points_left = 790;
    EXPECT_EQ(samples_of(metrics, "conduitd_helix_points_left"), " 790\n");
}

TEST(Metrics, EachConsumerHasItsLag) {
    Metrics metrics;
    EXPECT_EQ(samples_of(metrics, "conduitd_consumer_lag_records"), "");

    metrics.consumers = {{.name = "bot", .is_attached = true, .records_behind = 3},
                         {.name = "log"}};

    EXPECT_EQ(samples_of(metrics, "conduitd_consumer_lag_records"),
              "{consumer=\"bot\"} 3\n{consumer=\"log\"} 0\n");
    EXPECT_EQ(samples_of(metrics, "conduitd_consumer_connected"),
              "{consumer=\"bot\"} 1\n{consumer=\"log\"} 0\n");
}

// A conduit's id is what Twitch sends.
TEST(Metrics, LabelIsEscapedAndValidUtf8) {
    Metrics metrics;
    metrics.status.worker.conduit_id = "a\"b\\c\nd\xff";

    const auto text = samples_of(metrics, "conduitd_worker_info");

    EXPECT_THAT(text, HasSubstr(R"(conduit_id="a\"b\\c\nd)"
                                "\uFFFD\""));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace conduitd
