#include "spool/document.hpp"

#include "spool/cursor.hpp"
#include "spool/error.hpp"
#include "spool/ids_file.hpp"
#include "spool/losses.hpp"
#include "spool/segment_header.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

constexpr SpoolId id = {9, 8, 7};

ErrorCode error_of(const std::string& bytes) {
    const auto document = decode_document(DocumentKind::cursor, bytes);
    return document ? ErrorCode() : document.error();
}

TEST(Document, ReadsBackWhatWasWritten) {
    const auto bytes = encode_document(DocumentKind::cursor, id, "body") + "records";

    const auto document = decode_document(DocumentKind::cursor, bytes);

    ASSERT_TRUE(document);
    EXPECT_EQ(document->spool_id, id);
    EXPECT_EQ(document->body, "body");
}

TEST(Document, FlippedBitsOfTheBodyAreDamage) {
    const auto whole = encode_document(DocumentKind::cursor, id, "body");

    for (std::size_t bit = 12 * 8; bit < whole.size() * 8; ++bit) {
        auto bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_EQ(error_of(bytes), SpoolError::damaged) << bit;
    }
}

TEST(Document, AFlippedBitMakesNoForeignerOfIt) {
    const auto whole = encode_document(DocumentKind::cursor, id, "body");

    for (std::size_t bit = 0; bit < 12 * 8; ++bit) {
        auto bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const auto document = decode_document(DocumentKind::cursor, bytes);
        ASSERT_TRUE(document) << bit;
        EXPECT_EQ(document->body, "body");
    }
}

TEST(Document, CutShortAnywhereItIsDamage) {
    const auto whole = encode_document(DocumentKind::cursor, id, "body");

    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        EXPECT_EQ(error_of(whole.substr(0, bytes)), SpoolError::damaged) << bytes;
    }
}

TEST(Document, BlanksAreDamageAndStrangersAreForeign) {
    EXPECT_EQ(error_of(std::string(100, '\0')), SpoolError::damaged);
    EXPECT_EQ(error_of("something else, and long enough to be a document"),
              SpoolError::foreign_file);
    EXPECT_EQ(error_of("text"), SpoolError::foreign_file);
    EXPECT_EQ(error_of(encode_document(DocumentKind::segment, id, "body")),
              SpoolError::foreign_file);
}

TEST(Document, ALaterVersionIsSaidAsSuchWhateverItsLayout) {
    auto bytes = encode_document(DocumentKind::cursor, id, "body");
    bytes[8] = 2;
    bytes.back() = static_cast<char>(bytes.back() + 1);

    EXPECT_EQ(error_of(bytes), SpoolError::newer_format);
    EXPECT_EQ(error_of(bytes.substr(0, 14)), SpoolError::newer_format);
}

TEST(SegmentHeader, RefusesWhatMakesNoSense) {
    const SegmentHeader header{id, 5, 4, 100, WallTime(Duration(3))};
    ASSERT_TRUE(decode_segment_header(encode_segment_header(header)));
    EXPECT_EQ(encode_segment_header(header).size(), segment_header_bytes);

    for (const auto& bad : {SegmentHeader{id, 5, 5, 100, {}}, SegmentHeader{id, 5, 4, 5, {}}}) {
        EXPECT_EQ(decode_segment_header(encode_segment_header(bad)).error(), SpoolError::damaged);
    }
}

TEST(Cursor, ReadsBackWhatWasWritten) {
    const auto cursor = decode_cursor(encode_cursor({id, 12, WallTime(Duration(34))}));

    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->spool_id, id);
    EXPECT_EQ(cursor->acked, 12U);
    EXPECT_EQ(cursor->seen_at, WallTime(Duration(34)));
    EXPECT_EQ(decode_cursor(encode_document(DocumentKind::cursor, id, "short")).error(),
              SpoolError::damaged);
}

TEST(IdsFile, ReadsBackWhatWasWritten) {
    const auto file = decode_ids(
        encode_ids({id, 3, {{{1}, WallTime(Duration(10))}, {{2}, WallTime(Duration(20))}}}));

    ASSERT_TRUE(file);
    EXPECT_EQ(file->first, 3U);
    ASSERT_EQ(file->ids.size(), 2U);
    EXPECT_EQ(file->ids[1].id, IdDigest{2});
    EXPECT_EQ(file->ids[1].received_at, WallTime(Duration(20)));
}

TEST(IdsFile, ACountThatIsNotThereIsDamage) {
    const std::string body("\x01\0\0\0\0\0\0\0\xff\xff\xff\xff", 12);

    EXPECT_EQ(decode_ids(encode_document(DocumentKind::ids, id, body)).error(),
              SpoolError::damaged);
}

TEST(Losses, TellsThePartThatAReaderMissed) {
    Losses losses;
    losses.add({.first = 1,
                .last = 5,
                .bytes = 50,
                .since = WallTime(Duration(1)),
                .until = WallTime(Duration(2))});
    losses.add({.first = 6,
                .last = 9,
                .bytes = 40,
                .since = WallTime(Duration(3)),
                .until = WallTime(Duration(4))});

    const auto gap = losses.tell(4, 9);

    EXPECT_EQ(gap.first, 4U);
    EXPECT_EQ(gap.last, 9U);
    EXPECT_EQ(gap.bytes, 90U);
    EXPECT_EQ(gap.since, WallTime(Duration(1)));
    EXPECT_EQ(gap.until, WallTime(Duration(4)));
    EXPECT_EQ(gap.reason, SpoolGapReason::full);
    EXPECT_EQ(losses.tell(20, 21).reason, SpoolGapReason::damaged);
    EXPECT_FALSE(losses.tell(20, 21).bytes);
}

TEST(Losses, AreReadBackAndForgottenOnceAllArePast) {
    Losses losses;
    losses.add({.first = 10, .last = 12, .bytes = 1, .reason = SpoolGapReason::not_written});
    losses.add({.first = 1, .last = 5, .bytes = 2});

    auto decoded = Losses::decode(losses.encode(id));

    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->spool_id, id);
    EXPECT_EQ(decoded->losses.tell(10, 12).reason, SpoolGapReason::not_written);
    EXPECT_FALSE(decoded->losses.forget_below(5, 5));
    EXPECT_TRUE(decoded->losses.forget_below(6, 6));
    EXPECT_FALSE(decoded->losses.has(1, 9));
    EXPECT_TRUE(decoded->losses.has(1, 10));
}

TEST(Losses, TheNumberOfRangesIsBounded) {
    Losses losses;

    for (std::uint64_t i = 0; i < 2 * Losses::ranges_max; ++i) {
        losses.add({.first = 1 + 2 * i, .last = 1 + 2 * i, .bytes = 1});
    }

    EXPECT_TRUE(losses.has(1, 1));
    EXPECT_EQ(losses.tell(1, 4 * Losses::ranges_max).bytes, 2 * Losses::ranges_max);
    EXPECT_LT(losses.encode(id).size(), 50 * Losses::ranges_max);
}

}  // namespace
}  // namespace conduitd
