#include "sink/line.hpp"

#include "sink/samples.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::string line(LineFormat format, std::string_view frame) {
    std::string out;
    append_line(out, format, origin, {RecordKind::frame, 1042, sample_time, {}, frame});
    return out;
}

TEST(Line, AnnotatedHasOurKeysInFrontAndTwitchsBytesBehind) {
    EXPECT_EQ(
        line(LineFormat::annotated, R"({"metadata":{"a":"\u0026"},"payload":{ "b" : 1.0 }})"),
        R"({"seq":1042,"received_at":"2026-11-21T20:42:09.123456789Z","conduit_id":"conduit-1","shard_id":"3",)"
        R"("metadata":{"a":"\u0026"},"payload":{ "b" : 1.0 }})"
        "\n");
}

TEST(Line, RawIsTheFrame) {
    EXPECT_EQ(line(LineFormat::raw, R"({"metadata":{},"payload":{}})"),
              "{\"metadata\":{},\"payload\":{}}\n");
}

TEST(Line, LineBreaksBetweenTokensAreLeftOut) {
    EXPECT_EQ(line(LineFormat::raw, "\n{\"metadata\":\r\n{},\n\"payload\":{}}\n"),
              "{\"metadata\":{},\"payload\":{}}\n");
    EXPECT_EQ(
        line(LineFormat::annotated, "\n{\n\"metadata\":{}\n}\n"),
        R"({"seq":1042,"received_at":"2026-11-21T20:42:09.123456789Z","conduit_id":"conduit-1","shard_id":"3",)"
        "\"metadata\":{}}\n");
}

}  // namespace
}  // namespace conduitd
