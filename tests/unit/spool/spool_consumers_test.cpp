// Who has a cursor, and where it stands.

#include "spool/error.hpp"
#include "spool/spool_limits_fixture.hpp"

#include <gtest/gtest.h>

namespace conduitd::test {
namespace {

class SpoolConsumersTest : public SpoolLimitsTest {};

TEST_F(SpoolConsumersTest, ANewConsumerStartsAtTheOldestRecord) {
    open_for({"a"});
    append_many(12);
    ack("a", 12);

    EXPECT_EQ(spool->attach("b", {}, now).value(), oldest() - 1);
}

TEST_F(SpoolConsumersTest, TheNumberOfConsumersIsBounded) {
    options.consumers_max = 2;
    open_for({"a", "b"});

    EXPECT_EQ(spool->attach("c", {}, now).error(), SpoolError::too_many_consumers);
    expire("a");

    EXPECT_TRUE(spool->attach("c", {}, now));
    EXPECT_FALSE(disk->has("a.cursor"));
}

TEST_F(SpoolConsumersTest, OddNamesOfConsumersAreRefused) {
    open();

    for (const auto* name : {"", ".", "../x", "a/b", "-a", "a b", "\xc3\xa4"}) {
        EXPECT_EQ(spool->attach(name, {}, now).error(), SpoolError::bad_consumer_name) << name;
    }
    EXPECT_EQ(spool->attach(std::string(65, 'a'), {}, now).error(), SpoolError::bad_consumer_name);
    EXPECT_TRUE(spool->attach(std::string(64, 'a'), {}, now));
}

TEST_F(SpoolConsumersTest, AcksOfWhatNobodySawOrKnowsAreRefused) {
    open_for({"a"});
    append_many(2);
    append_only({"unsynced"});

    EXPECT_EQ(spool->ack("a", 3, now), SpoolError::ack_beyond_end);
    EXPECT_EQ(spool->ack("b", 1, now), SpoolError::unknown_consumer);
    ack("a", 2);
    ack("a", 1);
    EXPECT_EQ(spool->consumers(now.wall)[0].acked, 2U);
}

TEST_F(SpoolConsumersTest, AConnectedConsumerIsNotRemoved) {
    open_for({"a"});

    EXPECT_EQ(spool->remove_consumer("a", now), SpoolError::consumer_is_connected);

    EXPECT_EQ(spool->consumers(now.wall).size(), 1U);
}

TEST_F(SpoolConsumersTest, EachConsumerIsSoFarBehindAsItHasNotAcked) {
    open_for({"a", "b"});
    append_many(12);
    ack("a", 5);
    ack("b", 12);

    const auto consumers = spool->consumers(now.wall);

    ASSERT_EQ(consumers.size(), 2U);
    EXPECT_EQ(consumers[0].records_behind, 7U);
    EXPECT_EQ(consumers[1].records_behind, 0U);
}

}  // namespace
}  // namespace conduitd::test
