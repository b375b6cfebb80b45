#include "conduitctl/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace conduitctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

CommandLine parse(std::vector<const char*> words) {
    words.insert(words.begin(), "conduitctl");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

}  // namespace

TEST(CommandLine, VerbAloneTakesTheDefaults) {
    const auto line = parse({"rotate"});

    EXPECT_FALSE(line.exit_code);
    EXPECT_EQ(line.verb, Verb::rotate);
    EXPECT_FALSE(line.selector.is_given());
    EXPECT_EQ(line.format, OutputFormat::text);
    EXPECT_EQ(line.timeout, std::chrono::seconds(30));
    EXPECT_EQ(parse({"status"}).verb, Verb::status);
    EXPECT_EQ(parse({"drain"}).verb, Verb::drain);
}

TEST(CommandLine, ConsumersAreListedOrRemovedByName) {
    EXPECT_EQ(parse({"consumers", "list"}).verb, Verb::list_consumers);
    EXPECT_EQ(parse({"consumers", "list", "--json"}).format, OutputFormat::json);
    const auto line = parse({"consumers", "rm", "bot-1", "--shard", "3"});
    EXPECT_FALSE(line.exit_code);
    EXPECT_EQ(line.verb, Verb::remove_consumer);
    EXPECT_EQ(line.consumer, "bot-1");
    EXPECT_EQ(line.selector.shard, 3U);
}

TEST(CommandLine, ConsumersNeedAVerbAndRemovalAName) {
    EXPECT_EQ(parse({"consumers"}).exit_code, ExitCode::usage);
    EXPECT_EQ(parse({"consumers", "rm"}).exit_code, ExitCode::usage);
    const auto line = parse({"consumers", "rm", "a b"});
    EXPECT_EQ(line.exit_code, ExitCode::usage);
    EXPECT_THAT(line.text, HasSubstr("NAME: \"a b\" "));
}

TEST(CommandLine, OptionsAreTaken) {
    EXPECT_EQ(parse({"status", "--socket", "/s/c.sock"}).selector.socket, "/s/c.sock");
    EXPECT_EQ(parse({"status", "--shard", "0"}).selector.shard, 0U);
    EXPECT_TRUE(parse({"drain", "--all"}).selector.is_all);
    EXPECT_EQ(parse({"drain", "--state-dir=/s"}).state_dir, "/s");
    EXPECT_EQ(parse({"drain", "--config", "/c.yaml"}).config, "/c.yaml");
    EXPECT_EQ(parse({"drain", "--json"}).format, OutputFormat::json);
    EXPECT_EQ(parse({"drain", "--timeout", "5m"}).timeout, std::chrono::minutes(5));
}

TEST(CommandLine, SpoolTakesAFolderAndAVerbOfItsOwn) {
    const auto line = parse({"spool", "tail", "/s", "-n", "3", "--json"});

    EXPECT_FALSE(line.exit_code);
    EXPECT_EQ(line.verb, Verb::spool);
    EXPECT_EQ(line.spool.verb, SpoolVerb::tail);
    EXPECT_EQ(line.spool.folder, "/s");
    EXPECT_EQ(line.spool.records, 3U);
    EXPECT_EQ(line.format, OutputFormat::json);
    EXPECT_EQ(parse({"spool", "ls", "/s"}).spool.verb, SpoolVerb::list);
    EXPECT_EQ(parse({"spool", "verify", "/s"}).spool.verb, SpoolVerb::verify);
    EXPECT_EQ(parse({"spool", "dump", "/s"}).spool.verb, SpoolVerb::dump);
}

TEST(CommandLine, NonsenseIsAUsageError) {
    const std::vector<std::vector<const char*>> lines = {
        {},
        {"restart"},
        {"status", "rotate"},
        {"status", "--shard", "-1"},
        {"status", "--shard", "20000"},
        {"status", "--shard", "1x"},
        {"status", "--shard"},
        {"status", "--timeout", "3"},
        {"rotate", "--timeout", "0"},
        {"rotate", "--timeout", "2h"},
        {"rotate", "3"},
        {"rotate", "--all", "--shard", "1"},
        {"rotate", "--all", "--socket", "/s"},
        {"rotate", "--socket", "/s", "--shard", "1"},
        {"rotate", "--socket", "/s", "--config", "/c.yaml"},
        {"spool"},
        {"spool", "ls"},
        {"spool", "repair", "/s"},
        {"spool", "tail", "/s", "-n", "0"},
        {"spool", "dump", "/s", "-n", "1"},
    };
    for (const auto& words : lines) {
        const auto line = parse(words);

        EXPECT_EQ(line.exit_code, ExitCode::usage) << ::testing::PrintToString(words);
        EXPECT_THAT(line.text, StartsWith("conduitctl: "));
    }
}

TEST(CommandLine, UsageErrorSaysWhatWasFoundAndWhatIsAllowed) {
    EXPECT_EQ(
        parse({"restart"}).text,
        "conduitctl: restart: not a command; allowed: status, rotate, upgrade, drain, consumers, "
        "spool\n");
    EXPECT_THAT(parse({"consumers", "add", "bot"}).text,
                HasSubstr("add: not a command; allowed: "));
    EXPECT_THAT(parse({}).text, HasSubstr("subcommand is required"));
    EXPECT_THAT(parse({"rotate", "--timeout", "0"}).text, HasSubstr("allowed: 1s to 1h"));
    EXPECT_THAT(parse({"status", "--shard", "20000"}).text, HasSubstr("a number from 0 to 19999"));
    EXPECT_THAT(parse({"spool", "tail", "/s", "-n", "0"}).text, HasSubstr("from 1 to 1000000"));
}

TEST(CommandLine, HelpAndVersionAreNoErrors) {
    EXPECT_EQ(parse({"--help"}).exit_code, ExitCode::done);
    EXPECT_THAT(parse({"--help"}).text, HasSubstr("Exit codes"));
    EXPECT_EQ(parse({"rotate", "--help"}).exit_code, ExitCode::done);
    EXPECT_EQ(parse({"--version"}).exit_code, ExitCode::done);
    EXPECT_THAT(parse({"--version"}).text, StartsWith("conduitctl "));
}

}  // namespace conduitctl
