#include "eventsub/error.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(EventsubError, IsAnErrorWithAMessageOfItsOwn) {
    const ErrorCode first = EventsubError::malformed_frame;
    const ErrorCode last = EventsubError::unexpected_welcome;

    EXPECT_TRUE(first.failed());
    EXPECT_EQ(first.category(), eventsub_category());
    EXPECT_EQ(first.message(), "the frame is not an EventSub message");
    EXPECT_EQ(last.message(), "a second welcome on one session");
}

}  // namespace
}  // namespace conduitd
