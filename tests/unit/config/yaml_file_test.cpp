#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

std::vector<std::string> problems_of(const std::string& yaml) {
    return Input().yaml(yaml).load().problems;
}

}  // namespace

TEST(YamlFile, FlagGoesBeforeVariableGoesBeforeDefault) {
    auto input = Input().yaml("shard.id: 1").file("/b.yaml", "shard.id: 2");
    input.file("/c.yaml", "shard.id: 3");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{1});

    input.with("CONDUITD_CONFIG", "/b.yaml");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{2});

    input.flag("config", "/c.yaml");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{3});
    EXPECT_EQ(row(input.load(), "shard.id").origin, "/c.yaml:1");
}

TEST(YamlFile, OnlyTheDefaultFileMayBeMissing) {
    EXPECT_THAT(Input().load().problems, IsEmpty());
    EXPECT_THAT(Input().with("CONDUITD_CONFIG", "/b.yaml").load().problems,
                ElementsAre(AllOf(HasSubstr("CONDUITD_CONFIG"), HasSubstr("\"/b.yaml\""))));
    EXPECT_THAT(Input().flag("config", "").load().problems, ElementsAre(HasSubstr("--config")));
}

TEST(YamlFile, DefaultFileThatCannotBeReadIsAProblem) {
    EXPECT_THAT(Input().unreadable(std::string(yaml_path)).load().problems,
                ElementsAre(AllOf(HasSubstr("/etc/conduitd/conduitd.yaml"),
                                  HasSubstr("Permission denied"))));
}

TEST(YamlFile, TwoFilesAreRefused) {
    const auto input = Input().flag("config", "/a").flag("config", "/b");

    EXPECT_THAT(input.load().problems, ElementsAre(HasSubstr("name one file")));
}

TEST(YamlFile, UnknownKeyIsRefusedWithASuggestion) {
    EXPECT_THAT(problems_of("shrad:\n  id: 3\n"),
                ElementsAre("/etc/conduitd/conduitd.yaml:2: shrad.id: not a setting; did you mean "
                            "shard.id?"));
    EXPECT_THAT(problems_of("client_id: x\n"), ElementsAre(HasSubstr("twitch.client_id?")));
    EXPECT_THAT(problems_of("http:\n  listen: :9090\n"), ElementsAre(HasSubstr("http.listen")));
}

TEST(YamlFile, WrongTypesAreRefused) {
    EXPECT_THAT(problems_of("log:\n  level: [info, warn]\n"),
                ElementsAre(AllOf(HasSubstr("yaml:2: log.level: a list"),
                                  HasSubstr("debug, info, warn or error"))));
    EXPECT_THAT(problems_of("shard:\n  id: {a: 1}\n"),
                ElementsAre(HasSubstr("shard.id takes one value, not a map")));
    EXPECT_THAT(problems_of("shard:\n  id:\n"), ElementsAre(HasSubstr("shard.id: nothing")));
    EXPECT_THAT(problems_of("shard: 3\n"),
                ElementsAre(HasSubstr("yaml:1: shard: a value where the settings")));
    EXPECT_THAT(problems_of("shard:\n"), ElementsAre(HasSubstr("section without settings")));
    EXPECT_THAT(problems_of("twitch:\n  client_secret_file: [x]\n"),
                ElementsAre(HasSubstr("the path of a file")));
}

TEST(YamlFile, OctalLookingNumberIsRefused) {
    EXPECT_THAT(problems_of("shard:\n  id: 010\n"),
                ElementsAre(HasSubstr("\"010\" begins with a zero")));
}

TEST(YamlFile, DuplicateKeyIsOneProblem) {
    EXPECT_THAT(
        problems_of("shard:\n  id: 1\n  id: 2\n"),
        ElementsAre(AllOf(HasSubstr("yaml:3: shard.id: given twice"), HasSubstr("line 2"))));
}

TEST(YamlFile, SettingBeforeASyntaxErrorIsCheckedToo) {
    EXPECT_THAT(problems_of("shard:\n  id: x\nlog: }\n"), SizeIs(2));
}
