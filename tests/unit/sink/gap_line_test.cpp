#include "sink/gap_line.hpp"

#include "sink/samples.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(GapLine, OfTheSpoolSaysWhatWentAndSinceWhen) {
    std::string out;

    append_gap_line(
        out, {"conduit-1", "3"},
        {.first = 5, .last = 9, .bytes = 1234, .since = sample_time, .until = sample_time});

    EXPECT_EQ(
        out,
        R"({"conduit_id":"conduit-1","shard_id":"3","metadata":{"message_type":"conduitd.gap"},"payload":{)"
        R"("reason":"spool_full","since":"2026-11-21T20:42:09.123456789Z","until":"2026-11-21T20:42:09.123456789Z",)"
        R"("shard_id":"3","sequences":{"first":5,"last":9},"bytes":1234}})"
        "\n");
}

TEST(GapLine, OfASessionIsAFrameThatSaysNullWhereNothingIsKnown) {
    EXPECT_EQ(
        make_gap_frame("session_cut", sample_time, std::nullopt, "3"),
        R"({"metadata":{"message_type":"conduitd.gap"},"payload":{"reason":"session_cut",)"
        R"("since":"2026-11-21T20:42:09.123456789Z","until":null,"shard_id":"3","sequences":null,"bytes":null}})");
}

}  // namespace
}  // namespace conduitd
