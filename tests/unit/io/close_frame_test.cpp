#include "io/close_frame.hpp"

#include <gtest/gtest.h>

namespace conduitd {

TEST(CloseFrame, IsMaskedAndBigEndian) {
    const auto frame = encode_close_frame(0x0fa1, {0x11, 0x22, 0x33, 0x44});

    EXPECT_EQ(frame, std::string("\x88\x82\x11\x22\x33\x44\x1e\x83", 8));
}

}  // namespace conduitd
