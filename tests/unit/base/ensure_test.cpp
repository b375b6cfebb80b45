#include "base/ensure.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(Ensure, ReturnsWhenTheInvariantHolds) {
    ensure(true, "one is one");
}

TEST(EnsureDeathTest, SaysWhatIsBrokenAndWhereAndAborts) {
    EXPECT_EXIT(ensure(false, "a shard has one transport"), testing::KilledBySignal(SIGABRT),
                "broken invariant: a shard has one transport .*ensure_test\\.cpp:[0-9]+");
}

}  // namespace
}  // namespace conduitd
