#include "helix/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace conduitd {
namespace {

TEST(HelixError, EachHasWordsOfItsOwn) {
    std::set<std::string> messages;

    for (int value = 1; value <= static_cast<int>(HelixError::unavailable); ++value) {
        const ErrorCode error = static_cast<HelixError>(value);
        EXPECT_TRUE(error.failed());
        EXPECT_NE(error.message(), "unknown helix error");
        messages.insert(error.message());
    }

    EXPECT_EQ(messages.size(), static_cast<std::size_t>(HelixError::unavailable));
}

}  // namespace
}  // namespace conduitd
