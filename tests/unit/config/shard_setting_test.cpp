#include "config/shard_setting.hpp"

#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd::settings {
namespace {

using conduitd::test::Input;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string why(std::string_view text) {
    const auto choice = parse_shard_choice(text);
    return choice ? "accepted" : choice.error().why;
}

TEST(ShardSetting, NumberRangeAndListNameShards) {
    EXPECT_EQ(parse_shard_choice("0")->listed, ShardSet{0});
    EXPECT_EQ(parse_shard_choice("19999")->listed, ShardSet{19'999});
    EXPECT_EQ(parse_shard_choice("4-7")->listed, (ShardSet{4, 5, 6, 7}));
    EXPECT_EQ(parse_shard_choice("0,2,5")->listed, (ShardSet{0, 2, 5}));
    EXPECT_EQ(parse_shard_choice("9, 1-3")->listed, (ShardSet{1, 2, 3, 9}));
    EXPECT_EQ(parse_shard_choice("0-19999")->listed.size(), 20'000U);
    EXPECT_TRUE(parse_shard_choice("ordinal")->is_ordinal);
}

TEST(ShardSetting, RefusalNamesThePart) {
    EXPECT_EQ(why(""), "is empty");
    EXPECT_EQ(why("20000"), "is too large");
    EXPECT_EQ(why("three"), "is not a whole number");
    EXPECT_EQ(why("-1"), "is not a whole number");
    EXPECT_EQ(why("1-"), "has a part that is empty: \"1-\"");
    EXPECT_EQ(why("1,x"), "has a part that is not a whole number: \"x\"");
    EXPECT_EQ(why("1,,2"), "has a part that is empty: \"\"");
    EXPECT_EQ(why("1,"), "ends with a comma");
    EXPECT_EQ(why("7-4"), "has a part that ends before it begins: \"7-4\"");
    EXPECT_EQ(why("1-2-3"), "has a part that is not a whole number: \"1-2-3\"");
    EXPECT_EQ(why("1,\n"), "has a part that is not a whole number: \"\\x0a\"");
    EXPECT_EQ(why("0-3,2"), "names a shard twice");
    EXPECT_EQ(why("0-20000"), "has a part that is too large: \"0-20000\"");
    EXPECT_EQ(why("0-19999,0-19999"), "names more shards than there are");
}

TEST(ShardSetting, OrdinalIsTheNumberAtTheEndOfTheFirstLabel) {
    EXPECT_EQ(*ordinal_of("conduitd-7"), 7U);
    EXPECT_EQ(*ordinal_of("a-b-12.example.com"), 12U);
    EXPECT_EQ(*ordinal_of("web-007"), 7U);
    EXPECT_EQ(*ordinal_of("web-0"), 0U);
    for (const auto* const name : {"", "conduitd", "conduitd7", "conduitd-", "a-7b", "a.b-7"}) {
        EXPECT_EQ(ordinal_of(name).error().why, "does not end in a dash and a number") << name;
    }
    EXPECT_THAT(ordinal_of("a-99999999999999999999").error().why, HasSubstr("too large"));
}

TEST(ShardSetting, OffsetIsAddedToEveryForm) {
    const auto shards_of = [](const std::string& id, const std::string& offset) {
        auto input = Input().host("pod-2").flag("shard.id", id).flag("shard.offset", offset);
        const auto loaded = input.load();
        EXPECT_THAT(loaded.problems, IsEmpty());
        return loaded.config.shard.ids.text();
    };

    EXPECT_EQ(shards_of("0-3", "4"), "4-7");
    EXPECT_EQ(shards_of("ordinal", "4"), "6");
    EXPECT_EQ(shards_of("ordinal", "-1"), "1");
    EXPECT_EQ(shards_of("ordinal", "0"), "2");
}

TEST(ShardSetting, WhatTheOffsetLeadsOutOfTheRangeIsRefused) {
    EXPECT_THAT(Input().flag("shard.id", "0-3").flag("shard.offset", "-1").load().problems,
                ElementsAre(HasSubstr(
                    "--shard.id: shard.id: \"0-3\" with shard.offset -1 makes shard -1")));
    EXPECT_THAT(Input().flag("shard.id", "19999").flag("shard.offset", "1").load().problems,
                ElementsAre(HasSubstr("makes shard 20000")));
}

TEST(ShardSetting, HostWithoutANumberIsRefused) {
    EXPECT_THAT(Input().host("web").flag("shard.id", "ordinal").load().problems,
                ElementsAre(AllOf(HasSubstr("--shard.id: shard.id: ordinal: the host name \"web\" "
                                            "does not end in a dash and a number"),
                                  HasSubstr("allowed: "))));
}

TEST(ShardSetting, NameIsMadeOfTheShards) {
    EXPECT_EQ(Input().flag("shard.id", "0,2,5-7").load().config.name, "0_2_5-7");
    EXPECT_EQ(Input().host("pod-4").flag("shard.id", "ordinal").load().config.name, "4");
    const auto many = "0,2,4,6,8,10,12,14,16,18,20,22,24,26";
    EXPECT_THAT(Input().flag("shard.id", many).load().problems,
                ElementsAre(AllOf(HasSubstr("name: \"0_2_4"), HasSubstr("longer than 32 bytes"))));
    EXPECT_THAT(Input().flag("shard.id", many).flag("name", "even").load().problems, IsEmpty());
}

TEST(ShardSetting, YamlMayHaveAList) {
    EXPECT_EQ(Input().yaml("shard: {id: [0, 2, 5]}\n").load().config.shard.ids.text(), "0,2,5");
}

TEST(ShardSetting, AutoComesWithALaterVersion) {
    EXPECT_THAT(Input().flag("shard.id", "auto").load().problems,
                ElementsAre(HasSubstr("comes with a later version")));
}

}  // namespace
}  // namespace conduitd::settings
