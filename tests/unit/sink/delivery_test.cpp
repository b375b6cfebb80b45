#include "sink/delivery.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

struct Fixture {
    MemorySpool spool{1 << 20};
    Delivery delivery{spool, LineFormat::raw, {"conduit-1", "3"}};
    std::string out;
};

TEST(Delivery, BatchesWhatIsThere) {
    Fixture fixture;
    fixture.spool.append("{1}", {});
    fixture.spool.append("{2}", {});

    EXPECT_TRUE(fixture.delivery.fill(fixture.out));

    EXPECT_EQ(fixture.out, "{1}\n{2}\n");
}

TEST(Delivery, HasOneBatchInFlight) {
    Fixture fixture;
    fixture.spool.append("{1}", {});
    ASSERT_TRUE(fixture.delivery.fill(fixture.out));
    fixture.spool.append("{2}", {});

    EXPECT_FALSE(fixture.delivery.fill(fixture.out));
    fixture.delivery.on_written();

    fixture.out.clear();
    EXPECT_TRUE(fixture.delivery.fill(fixture.out));
    EXPECT_EQ(fixture.out, "{2}\n");
}

TEST(Delivery, AcksOnlyWhatWasWritten) {
    Fixture fixture;
    fixture.spool.append("{1}", {});
    ASSERT_TRUE(fixture.delivery.fill(fixture.out));

    EXPECT_EQ(fixture.spool.records_unacked(), 1U);
    EXPECT_FALSE(fixture.delivery.is_idle());
    fixture.delivery.on_written();

    EXPECT_EQ(fixture.spool.records_unacked(), 0U);
    EXPECT_TRUE(fixture.delivery.is_idle());
    EXPECT_EQ(fixture.delivery.lines_written(), 1U);
}

TEST(Delivery, BatchIsBounded) {
    Fixture fixture;
    for (int i = 0; i < 100; ++i) fixture.spool.append(std::string(10'000, 'x'), {});

    ASSERT_TRUE(fixture.delivery.fill(fixture.out));

    EXPECT_LE(fixture.out.size(), Delivery::batch_bytes + 10'001);
    EXPECT_NE(fixture.spool.peek(), nullptr);
}

TEST(Delivery, TellsAGapBeforeWhatFollowsIt) {
    MemorySpool spool(1000);
    Delivery delivery(spool, LineFormat::raw, {"conduit-1", "3"});
    std::string out;
    for (int i = 0; i < 5; ++i) spool.append(std::string(300, 'x'), {});

    ASSERT_TRUE(delivery.fill(out));

    EXPECT_NE(out.find("conduitd.gap"), std::string::npos);
    EXPECT_LT(out.find("conduitd.gap"), out.find("xxx"));
}

}  // namespace
}  // namespace conduitd
