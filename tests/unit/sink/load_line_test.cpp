#include "sink/load_line.hpp"

#include "sink/samples.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

LoadStatus sample_status() {
    LoadStatus status;
    status.load = {.level = Level::high, .previous = Level::available, .since = sample_time};
    status.load_figures = {.events_per_second = 5119.6,
                           .busy = 0.7309,
                           .capacity = 7004.4,
                           .lag = std::chrono::microseconds(2900),
                           .spool_memory = 0.0124,
                           .share = 0.7309};
    status.backlog = {.level = Level::overload, .previous = Level::high, .since = sample_time};
    status.backlog_figures = {
        .consumer = "b\"t", .bytes = 18'230, .age = std::chrono::seconds(280), .share = 0.9333};
    return status;
}

TEST(LoadLine, SaysLevelAndWhatItGoesBy) {
    std::string out;

    append_load_line(out, {"conduit-1", "3"}, sample_status());

    EXPECT_EQ(
        out,
        R"({"conduit_id":"conduit-1","shard_id":"3","metadata":{"message_type":"conduitd.load"},"payload":{)"
        R"("level":"high","previous":"available","since":"2026-11-21T20:42:09.123456789Z","share":0.731,)"
        R"("events_per_second":5120,"capacity":7004,"lag_ms":2,"spool_memory":0.012,)"
        R"("backlog":{"level":"overload","consumer":"b\"t","bytes":18230,"age_ms":280000}}})"
        "\n");
}

TEST(LoadLine, SaysNullForWhatIsNotKnown) {
    LoadStatus status;
    status.load.since = sample_time;
    std::string out = "before\n";

    append_load_line(out, {"", "0"}, status);

    EXPECT_EQ(
        out,
        "before\n"
        R"({"conduit_id":"","shard_id":"0","metadata":{"message_type":"conduitd.load"},"payload":{)"
        R"("level":"available","previous":null,"since":"2026-11-21T20:42:09.123456789Z","share":0.000,)"
        R"("events_per_second":0,"capacity":null,"lag_ms":0,"spool_memory":0.000,)"
        R"("backlog":{"level":"available","consumer":null,"bytes":0,"age_ms":0}}})"
        "\n");
}

TEST(LoadLine, OfABacklogNamesTheConsumer) {
    std::string out;

    append_backlog_line(out, {"conduit-1", "3"}, sample_status());

    EXPECT_EQ(
        out,
        R"({"conduit_id":"conduit-1","shard_id":"3","metadata":{"message_type":"conduitd.backlog"},"payload":{)"
        R"("level":"overload","previous":"high","since":"2026-11-21T20:42:09.123456789Z","share":0.933,)"
        R"("consumer":"b\"t","bytes":18230,"age_ms":280000,"load":{"level":"high","events_per_second":5120}}})"
        "\n");
}

}  // namespace
}  // namespace conduitd
