#include "io/thread_work.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(ThreadWork, GrowsWhileTheThreadWorks) {
    const ThreadWork work;
    const auto before = work.total();

    while (work.total() < before + std::chrono::milliseconds(20)) {
    }

    EXPECT_GE(work.total(), before + std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace conduitd
