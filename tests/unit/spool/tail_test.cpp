#include "spool/tail.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::shared_ptr<const RecordBatch> make_batch(std::uint64_t first, std::size_t records) {
    auto batch = std::make_shared<RecordBatch>();
    for (std::size_t i = 0; i < records; ++i) batch->add("12", {}, {});  // 50 bytes
    batch->seal(first, 0);
    return batch;
}

TEST(Tail, FindsTheBatchOfASequence) {
    Tail tail(1000);
    tail.publish(make_batch(5, 2));
    tail.publish(make_batch(7, 1));
    tail.publish(make_batch(20, 3));

    EXPECT_EQ(tail.find(4), nullptr);
    EXPECT_EQ(tail.find(5)->first(), 5U);
    EXPECT_EQ(tail.find(6)->first(), 5U);
    EXPECT_EQ(tail.find(7)->first(), 7U);
    EXPECT_EQ(tail.find(8), nullptr);
    EXPECT_EQ(tail.find(22)->first(), 20U);
    EXPECT_EQ(tail.find(23), nullptr);
}

TEST(Tail, AtItsBoundTheOldestGoAndTheYoungestStays) {
    Tail tail(200);
    for (std::uint64_t i = 1; i <= 6; ++i) tail.publish(make_batch(i, 1));

    EXPECT_EQ(tail.bytes(), 200U);
    EXPECT_EQ(tail.find(2), nullptr);
    EXPECT_NE(tail.find(3), nullptr);
    tail.publish(make_batch(7, 100));
    EXPECT_EQ(tail.find(6), nullptr);
    EXPECT_NE(tail.find(106), nullptr);
}

}  // namespace
}  // namespace conduitd
