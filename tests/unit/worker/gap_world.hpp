#pragma once

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {

inline void expect_gap(const World& world, GapReason reason, Duration length) {
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, reason);
    EXPECT_EQ(world.gaps[0].until.value() - world.gaps[0].since, length);
}

// A fresh session, which is bound after so long.
inline void recover(World& world, Duration after) {
    world.advance(after);
    world.welcome("B");
    world.accept_claim("B");
}

}  // namespace conduitd
