#include "sink/type_filter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::string frame_of(std::string_view kind, std::string_view type) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"1","message_type":"{}","subscription_type":"{}"}},"payload":{{}}}})",
        kind, type);
}

TEST(TypeFilter, LetsThroughWhatWasAskedFor) {
    TypeFilter filter({"channel.follow", "stream.online"});

    EXPECT_TRUE(filter.matches(frame_of("notification", "stream.online")));
    EXPECT_FALSE(filter.matches(frame_of("notification", "channel.chat.message")));
    EXPECT_FALSE(filter.matches(frame_of("notification", "channel.followed")));
}

TEST(TypeFilter, RevocationsHaveATypeToo) {
    TypeFilter filter({"channel.follow"});

    EXPECT_TRUE(filter.matches(frame_of("revocation", "channel.follow")));
    EXPECT_FALSE(filter.matches(frame_of("revocation", "stream.online")));
}

TEST(TypeFilter, LinesOfOurOwnPassEveryFilter) {
    TypeFilter filter({"channel.follow"});

    EXPECT_TRUE(filter.matches(R"({"metadata":{"message_type":"conduitd.gap"},"payload":{}})"));
    EXPECT_TRUE(filter.matches("not readable"));
}

TEST(TypeFilter, NoTypesMeanAll) {
    TypeFilter filter({});

    EXPECT_TRUE(filter.matches(frame_of("notification", "channel.chat.message")));
}

}  // namespace
}  // namespace conduitd
