#include "twitch_sim/model/ids.hpp"

#include <gtest/gtest.h>

#include <string>

namespace twitch_sim {
namespace {

TEST(MessageIds, AreReadBackFromTheirText) {
    Ids ids(7);
    for (int i = 0; i < 100; ++i) {
        const auto id = ids.make_message_id();

        const auto text = to_text(id);

        EXPECT_EQ(text.size(), 44u);
        EXPECT_EQ(parse_message_id(text), id);
    }
}

TEST(MessageIds, OtherTextIsNone) {
    Ids ids(7);
    const auto text = to_text(ids.make_message_id());
    auto foreign = text;
    foreign[5] = '+';

    EXPECT_FALSE(parse_message_id(""));
    EXPECT_FALSE(parse_message_id("unknown"));
    EXPECT_FALSE(parse_message_id(foreign));
    EXPECT_FALSE(parse_message_id(text.substr(0, 43)));
    EXPECT_FALSE(parse_message_id(text + "="));
    EXPECT_FALSE(parse_message_id(text.substr(0, 43) + "AAAA"));
}

TEST(Uuids, HaveTheShapeOfVersionFour) {
    Ids ids(7);
    const auto uuid = ids.make_uuid();

    ASSERT_EQ(uuid.size(), 36u);
    for (const std::size_t at : {8u, 13u, 18u, 23u}) EXPECT_EQ(uuid[at], '-');
    EXPECT_EQ(uuid[14], '4');
    EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
    EXPECT_EQ(uuid.find_first_not_of("0123456789abcdef-"), std::string::npos);
}

}  // namespace
}  // namespace twitch_sim
