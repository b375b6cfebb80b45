#include "conduitctl/spool_view.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitctl {
namespace {

using conduitd::WallTime;
using ::testing::HasSubstr;

constexpr WallTime second(std::chrono::seconds(1));

conduitd::Inspection make_inspection() {
    conduitd::Inspection inspection;
    inspection.spool_id =
        conduitd::SpoolId{0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    conduitd::InspectedSegment segment;
    segment.file = "00000000000000000001.seg";
    segment.is_header_whole = true;
    segment.first = 1;
    segment.end = 4;
    segment.records = 3;
    segment.bytes = 500;
    segment.since = segment.until = second;
    inspection.segments = {segment};
    inspection.cursors = {{"bot", conduitd::Cursor{{}, 2, second}}};
    return inspection;
}

}  // namespace

TEST(SpoolView, ListsSegmentsAndConsumers) {
    const auto text = describe_spool(make_inspection());

    EXPECT_THAT(text, HasSubstr("spool ab010203-0405-0607-0809-0a0b0c0d0e0f\n"));
    EXPECT_THAT(text, HasSubstr("00000000000000000001.seg  500 bytes, 3 records up to 3, "
                                "1970-01-01T00:00:01.000000000Z"));
    EXPECT_THAT(text, HasSubstr("consumer bot  has all up to 2, seen 1970-01-01T00:00:01"));
}

TEST(SpoolView, NamesEveryDamage) {
    auto inspection = make_inspection();
    EXPECT_EQ(describe_damage(inspection), "");
    inspection.segments.push_back(inspection.segments[0]);
    inspection.segments[0].is_header_whole = false;
    inspection.segments[0].damaged_bytes = 7;
    inspection.segments[0].tail_bytes = 8;
    inspection.segments[1].tail_bytes = 9;
    inspection.missing = {{.first = 5, .last = 6}};
    inspection.damaged_files = {"bot.cursor"};

    EXPECT_EQ(describe_damage(inspection),
              "00000000000000000001.seg: header damaged\n"
              "00000000000000000001.seg: 7 bytes damaged\n"
              "00000000000000000001.seg: 8 bytes at its end damaged\n"
              "records 5 to 6 are missing\n"
              "bot.cursor: damaged\n");
}

TEST(SpoolView, JsonSaysTheSame) {
    auto inspection = make_inspection();
    inspection.missing = {{.first = 5, .last = 6}};

    const auto document = make_spool_json(inspection);

    EXPECT_EQ(document.at("spool"), "ab010203-0405-0607-0809-0a0b0c0d0e0f");
    EXPECT_EQ(document.at("is_whole"), false);
    EXPECT_EQ(document.at("segments").at(0).at("end"), 4);
    EXPECT_EQ(document.at("consumers").at(0).at("acked"), 2);
    EXPECT_EQ(document.at("missing").at(0).at("last"), 6);
}

TEST(SpoolView, ARecordIsOneLine) {
    conduitd::RecordView record;
    record.sequence = 7;
    record.received_at = second;
    record.frame = "{\"a\":\r\n1}";

    EXPECT_EQ(describe_record(record), "7 1970-01-01T00:00:01.000000000Z {\"a\":1}\n");
    EXPECT_EQ(
        make_record_json(record),
        "{\"seq\":7,\"received_at\":\"1970-01-01T00:00:01.000000000Z\",\"frame\":{\"a\":1}}\n");
}

}  // namespace conduitctl
