// Message ids of segments that are gone.

#include "spool/spool_limits_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

class KeptIdsTest : public SpoolLimitsTest {};

TEST_F(KeptIdsTest, IdsOutliveTheirSegmentForTheWindow) {
    open_for({"a"});
    append_many(12);
    ack("a", 12);
    ASSERT_THAT(segments(), Not(Contains("00000000000000000001.seg")));
    const auto count_ids = [this](WallTime since) {
        std::size_t count = 0;
        spool->each_id(since, [&count](auto ids) { count += ids.size(); });
        return count;
    };

    EXPECT_EQ(count_ids(now.wall - options.dedupe_window), 12U);
    EXPECT_EQ(count_ids(now.wall + std::chrono::seconds(1)), 0U);
    pass(options.dedupe_window + std::chrono::minutes(1));

    EXPECT_FALSE(disk->has("00000000000000000001.ids"));
}

TEST_F(KeptIdsTest, IdsThatCouldNotBeWrittenAreWrittenBeforeTheirSegmentGoes) {
    open_for({"a"});
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (!operation.name.ends_with(".ids.new")) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };
    append_many(7);
    EXPECT_TRUE(complaints.has("the ids of a segment are not written"));
    disk->fault_for = nullptr;

    ack("a", 7);

    EXPECT_EQ(oldest(), 6U);
    std::vector<IdDigest> ids;
    spool->each_id(WallTime(), [&ids](auto some) {
        for (const auto& entry : some) ids.push_back(entry.id);
    });
    ASSERT_EQ(ids.size(), 7U);
    EXPECT_EQ(ids[0], digest_of(1));
}

}  // namespace
}  // namespace conduitd::test
