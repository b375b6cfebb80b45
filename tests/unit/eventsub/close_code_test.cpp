#include "eventsub/close_code.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(CloseCode, MeansWhatTheCodeAsksOfUs) {
    EXPECT_EQ(meaning_of(1000), CloseMeaning::ended);
    EXPECT_EQ(meaning_of(1001), CloseMeaning::ended);
    EXPECT_EQ(meaning_of(1006), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(1011), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(1012), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(4000), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(4001), CloseMeaning::our_fault);
    EXPECT_EQ(meaning_of(4002), CloseMeaning::our_fault);
    EXPECT_EQ(meaning_of(4003), CloseMeaning::our_fault);
    EXPECT_EQ(meaning_of(4004), CloseMeaning::superseded);
    EXPECT_EQ(meaning_of(4005), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(4006), CloseMeaning::lost);
    EXPECT_EQ(meaning_of(4007), CloseMeaning::reconnect_refused);
}

TEST(CloseCode, MeansALostSessionWhenItIsNotDocumented) {
    for (const int code : {0, 999, 1002, 3999, 4008, 4999, 65535}) {
        EXPECT_EQ(meaning_of(static_cast<std::uint16_t>(code)), CloseMeaning::lost) << code;
        EXPECT_EQ(name_of_close(static_cast<std::uint16_t>(code)), "unknown") << code;
    }
}

TEST(CloseCode, HasAName) {
    EXPECT_EQ(name_of_close(1000), "normal closure");
    EXPECT_EQ(name_of_close(1006), "no close frame");
    EXPECT_EQ(name_of_close(4003), "connection unused");
    EXPECT_EQ(name_of_close(4004), "reconnect grace time expired");
    EXPECT_EQ(name_of_close(4007), "invalid reconnect");
}

}  // namespace
}  // namespace conduitd
