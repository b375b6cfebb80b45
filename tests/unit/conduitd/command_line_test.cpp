#include "conduitd/command_line.hpp"

#include "conduitd/help.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CommandLine parse(std::initializer_list<const char*> words) {
    std::vector<const char*> argv{"conduitd"};
    argv.insert(argv.end(), words);
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

// "shard.id=3", or "shard.id" for a flag without a value.
std::vector<std::string> flags(const CommandLine& line) {
    std::vector<std::string> out;
    for (const auto& flag : line.flags) {
        out.push_back(flag.name + (flag.value ? "=" + *flag.value : std::string()));
    }
    return out;
}

TEST(CommandLine, TakeOverHasASocketFromWhoStartsTheProcess) {
    const auto alone = parse({"--take-over"});
    EXPECT_TRUE(alone.takes_over);
    EXPECT_EQ(alone.takeover_socket, -1);
    const auto given = parse({"--take-over=3"});
    EXPECT_TRUE(given.takes_over);
    EXPECT_EQ(given.takeover_socket, 3);
    EXPECT_THAT(given.problems, IsEmpty());
    for (const auto* const wrong :
         {"--take-over=", "--take-over=1", "--take-over=x", "--take-over=3x"}) {
        EXPECT_THAT(parse({wrong}).problems,
                    ElementsAre(HasSubstr("allowed: --take-over, without")))
            << wrong;
    }
}

}  // namespace

TEST(CommandLine, NothingMeansRun) {
    EXPECT_EQ(parse({}).command, Command::run);
    EXPECT_THAT(parse({}).problems, IsEmpty());
    EXPECT_EQ(parse_command_line(0, nullptr).command, Command::run);
}

TEST(CommandLine, CommandStandsBeforeOrBehindFlags) {
    EXPECT_EQ(parse({"check"}).command, Command::check);
    EXPECT_EQ(parse({"config", "--shard.id", "3"}).command, Command::config);
    EXPECT_EQ(parse({"--shard.id", "3", "config"}).command, Command::config);
    EXPECT_EQ(parse({"check", "check"}).command, Command::check);
}

TEST(CommandLine, LiveBelongsToHealth) {
    EXPECT_EQ(parse({"health"}).command, Command::health);
    EXPECT_FALSE(parse({"health"}).is_live);
    EXPECT_TRUE(parse({"--live", "health"}).is_live);
    EXPECT_THAT(parse({"health", "--live"}).problems, IsEmpty());
    EXPECT_THAT(parse({"--live"}).problems,
                ElementsAre(HasSubstr("a flag of the command health alone")));
}

TEST(CommandLine, ValueStandsBehindAnEqualsSignOrIsTheNextWord) {
    EXPECT_THAT(flags(parse({"--shard.id=3", "--log.level", "debug"})),
                ElementsAre("shard.id=3", "log.level=debug"));
    EXPECT_THAT(flags(parse({"--name=a=b", "--name="})), ElementsAre("name=a=b", "name="));
    EXPECT_THAT(flags(parse({"--shard.id", "-1"})), ElementsAre("shard.id=-1"));
    EXPECT_THAT(flags(parse({"--shard.id", "check"})), ElementsAre("shard.id=check"));
    EXPECT_THAT(flags(parse({"--config", "check"})), ElementsAre("config=check"));
}

TEST(CommandLine, FlagWithoutAValueIsToldAsSuch) {
    EXPECT_THAT(flags(parse({"--shard.id"})), ElementsAre("shard.id"));
    EXPECT_THAT(flags(parse({"--shard.id", "--log.level", "warn"})),
                ElementsAre("shard.id", "log.level=warn"));
}

TEST(CommandLine, UnknownFlagTakesItsValueAlongButNoCommand) {
    EXPECT_THAT(flags(parse({"--shrad.id", "3"})), ElementsAre("shrad.id=3"));
    EXPECT_THAT(parse({"--shrad.id", "3"}).problems, IsEmpty());

    const auto line = parse({"--shrad.id", "check"});
    EXPECT_THAT(flags(line), ElementsAre("shrad.id"));
    EXPECT_EQ(line.command, Command::check);
}

TEST(CommandLine, WordsThatMeanNothingAreAllRefusedWithWhatWasMeant) {
    EXPECT_THAT(
        parse({"chek", "-shard.id=7", "shard.id=s3cr3t", "-x", "", "--"}).problems,
        ElementsAre(HasSubstr("chek: neither a flag nor a command; "),
                    HasSubstr("did you mean --shard.id?"),
                    testing::AllOf(HasSubstr("shard.id: neither"),
                                   HasSubstr("did you mean --shard.id?"), Not(HasSubstr("s3cr3t"))),
                    HasSubstr("-x: neither"), HasSubstr("\"\": neither"),
                    HasSubstr("--: neither")));
    EXPECT_THAT(parse({"chek"}).problems, ElementsAre(HasSubstr("did you mean check?")));
}

TEST(CommandLine, TwoCommandsAreRefused) {
    EXPECT_THAT(parse({"check", "config"}).problems,
                ElementsAre("config: a second command; allowed: one, or none to run; remove one of "
                            "them"));
}

TEST(CommandLine, QuestionGoesBeforeEverythingElse) {
    EXPECT_EQ(parse({"check", "--no-such", "--help"}).command, Command::help);
    EXPECT_EQ(parse({"-h", "--version"}).command, Command::help);
    EXPECT_EQ(parse({"--version"}).command, Command::version);
}

TEST(CommandLine, HelpShowsKindsAndNoSecret) {
    const auto help = help_text();

    EXPECT_THAT(help, HasSubstr("\n  --config PATH\n"));
    EXPECT_THAT(help, HasSubstr("\n  --shard.id IDS|ordinal|auto[-NAME]\n"));
    EXPECT_THAT(help, HasSubstr("\n  --drain.timeout 1..300s\n"));
    EXPECT_THAT(help, HasSubstr("\n  --twitch.id_url URL\n"));
    EXPECT_THAT(help, Not(HasSubstr("--twitch.client_secret")));
    std::size_t begin = 0;
    while (begin < help.size()) {
        const auto end = help.find('\n', begin);
        EXPECT_LE(end - begin, 100U) << help.substr(begin, end - begin);
        begin = end + 1;
    }
}

}  // namespace conduitd
