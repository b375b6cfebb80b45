#include "config/shard_setting.hpp"

#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd::settings {
namespace {

using conduitd::test::Input;
using conduitd::test::row;
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

TEST(ShardSetting, AutoNamesNoShard) {
    const auto choice = parse_shard_choice("auto");

    ASSERT_TRUE(choice);
    EXPECT_TRUE(choice->listed.empty());
    EXPECT_FALSE(choice->is_ordinal);
    EXPECT_EQ(why("Auto"), "is not a whole number");
    EXPECT_EQ(why("auto,1"), "has a part that is not a whole number: \"auto\"");
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

TEST(ShardSetting, AutoIsTheDefault) {
    for (const auto& loaded : {Input().load(), Input().with("TWITCH_SHARD_ID", "auto").load()}) {
        EXPECT_THAT(loaded.problems, IsEmpty());
        EXPECT_TRUE(loaded.config.shard.ids.empty());
        EXPECT_EQ(loaded.config.shard.text(), "auto");
        EXPECT_EQ(loaded.config.name, "auto");
        EXPECT_THAT(loaded.config.spool.dir, testing::EndsWith("/auto/auto"));
        EXPECT_EQ(row(loaded, "shard.id").value, "auto");
    }
}

// What tells the instances of a unit of systemd from one another is one word.
TEST(ShardSetting, AutoMayBringTheNameOfTheWorker) {
    const auto loaded = Input().with("CONDUITD_SHARD_ID", "auto-b.2").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_TRUE(loaded.config.shard.ids.empty());
    EXPECT_FALSE(loaded.config.shard.is_ordinal);
    EXPECT_EQ(loaded.config.shard.text(), "auto");
    EXPECT_EQ(loaded.config.name, "auto-b.2");
    EXPECT_THAT(loaded.config.spool.dir, testing::EndsWith("/auto/auto-b.2"));
}

TEST(ShardSetting, NameThatIsSetGoesBeforeThatOfAuto) {
    const auto loaded = Input().flag("shard.id", "auto-b").flag("name", "spare").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_TRUE(loaded.config.shard.ids.empty());
    EXPECT_EQ(loaded.config.name, "spare");
}

// The bug: the name that it did not give was refused as well, with its bytes as they were.
TEST(ShardSetting, NamedAutoThatIsRefusedIsToldOfOnce) {
    const auto name = "auto-" + std::string(28, '\xff');

    const auto loaded = Input().with("CONDUITD_SHARD_ID", name).load();

    ASSERT_EQ(loaded.problems.size(), 1U);
    EXPECT_THAT(loaded.problems[0], testing::StartsWith("CONDUITD_SHARD_ID: shard.id: "));
}

TEST(ShardSetting, NameBehindAutoIsChecked) {
    EXPECT_EQ(why("auto-"), "ends before the name");
    EXPECT_EQ(why("auto-" + std::string(27, 'x')), "accepted");
    EXPECT_EQ(why("auto-" + std::string(28, 'x')), parse_name(std::string(33, 'x')).error().why);
    EXPECT_EQ(why("auto-a/b"), parse_name("a/b").error().why);
}

// It was added to 0, the default, before: whoever had that must not get another shard in silence.
TEST(ShardSetting, OffsetOfAutoIsRefused) {
    EXPECT_THAT(Input().with("CONDUITD_SHARD_OFFSET", "4").load().problems,
                ElementsAre("CONDUITD_SHARD_OFFSET: shard.offset: 4 is added to numbers, and "
                            "shard.id is auto; set shard.id to a number, a range, a list or "
                            "ordinal, or leave shard.offset out"));
    EXPECT_THAT(Input().flag("shard.offset", "0").load().problems, IsEmpty());
    EXPECT_THAT(Input().flag("shard.id", "x").flag("shard.offset", "4").load().problems,
                ElementsAre(HasSubstr("--shard.id: shard.id: \"x\"")));
}

TEST(ShardSetting, FullConduitIsWaitedGrownOrLeft) {
    using WhenFull = Config::ShardSettings::WhenFull;

    EXPECT_EQ(Input().load().config.shard.when_full, WhenFull::wait);
    EXPECT_EQ(Input().flag("shard.when_full", "exit").load().config.shard.when_full,
              WhenFull::exit);
    const auto grown = Input().flag("shard.when_full", "grow").flag("shard.max", "32").load();
    EXPECT_THAT(grown.problems, IsEmpty());
    EXPECT_EQ(grown.config.shard.when_full, WhenFull::grow);
    EXPECT_EQ(grown.config.shard.max, 32U);
    EXPECT_THAT(Input().flag("shard.when_full", "split").load().problems,
                ElementsAre(AllOf(HasSubstr("shard.when_full: \"split\" is not one of the words"),
                                  HasSubstr("allowed: wait, grow or exit"))));
}

TEST(ShardSetting, GrowthWithoutAnEndIsRefused) {
    EXPECT_THAT(Input().yaml("shard:\n  when_full: grow\n").load().problems,
                ElementsAre("/etc/conduitd/conduitd.yaml:2: shard.max: not set, and "
                            "shard.when_full is grow; allowed: a number from 1 to 20000; set it "
                            "to how many shards the conduit may have"));
    // What is wrong with it is said once.
    EXPECT_THAT(
        Input().flag("shard.when_full", "grow").flag("shard.max", "0").load().problems,
        ElementsAre(AllOf(HasSubstr("--shard.max: shard.max: \"0\""), HasSubstr("1 to 20000"))));
    EXPECT_THAT(Input().flag("shard.max", "20001").load().problems,
                ElementsAre(HasSubstr("is too large")));
    // Hosts may share it, whatever else they have.
    EXPECT_THAT(Input().flag("shard.max", "8").load().problems, IsEmpty());
}

TEST(ShardSetting, SupersededWorkerStandsByOrEnds) {
    using WhenSuperseded = Config::ShardSettings::WhenSuperseded;

    EXPECT_EQ(Input().load().config.shard.when_superseded, WhenSuperseded::stand_by);
    const auto ends = Input().flag("shard.id", "3").flag("shard.when_superseded", "exit").load();
    EXPECT_THAT(ends.problems, IsEmpty());
    EXPECT_EQ(ends.config.shard.when_superseded, WhenSuperseded::exit);
    EXPECT_THAT(Input().flag("shard.when_superseded", "fight").load().problems,
                ElementsAre(HasSubstr("allowed: standby or exit")));
}

// It did nothing, and said nothing of it.
TEST(ShardSetting, EndOfASupersededWorkerThatTakesAnyShardIsRefused) {
    EXPECT_THAT(Input().yaml("shard:\n  when_superseded: exit\n").load().problems,
                ElementsAre("/etc/conduitd/conduitd.yaml:2: shard.when_superseded: exit is for "
                            "shards that are configured, and shard.id is auto; set shard.id to a "
                            "number, a range, a list or ordinal, or leave shard.when_superseded "
                            "out: such a worker takes another shard, and shard.when_full says what "
                            "it does where none is free"));
    EXPECT_THAT(Input()
                    .host("pod-4")
                    .flag("shard.id", "ordinal")
                    .flag("shard.when_superseded", "exit")
                    .load()
                    .problems,
                IsEmpty());
    // What is wrong with the shards is said once.
    EXPECT_THAT(Input().flag("shard.id", "x").flag("shard.when_superseded", "exit").load().problems,
                ElementsAre(HasSubstr("--shard.id: shard.id: \"x\"")));
}

}  // namespace
}  // namespace conduitd::settings
