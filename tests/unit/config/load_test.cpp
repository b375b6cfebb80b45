#include "config/input.hpp"
#include "config/setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Load, DefaultsHoldWhenOnlyTheRequiredIsSet) {
    const auto loaded = Input().load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_THAT(loaded.notes, IsEmpty());
    const Config& config = loaded.config;
    EXPECT_EQ(config.twitch.client_id, "client");
    EXPECT_EQ(config.twitch.client_secret.reveal(), "hunter2");
    EXPECT_TRUE(config.twitch.access_token.empty());
    EXPECT_EQ(config.twitch.ca_file, "");
    EXPECT_FALSE(config.twitch.allow_plaintext);
    EXPECT_EQ(config.twitch.id_url.host, "id.twitch.tv");
    EXPECT_EQ(config.twitch.helix_url.target, "/helix");
    EXPECT_EQ(config.twitch.eventsub_url.scheme, UrlScheme::wss);
    EXPECT_EQ(config.state.dir, "/home/user/.local/state/conduitd");
    EXPECT_EQ(config.conduit.id, "");
}

// The defaults are written twice, as text in the table and as members of Config.
TEST(Load, DefaultsOfTheTableAreThoseOfTheStruct) {
    const auto loaded = Input().load();
    const Config plain;

    EXPECT_EQ(loaded.config.twitch.allow_plaintext, plain.twitch.allow_plaintext);
    EXPECT_EQ(loaded.config.log.level, plain.log.level);
    EXPECT_EQ(loaded.config.log.format, plain.log.format);
    EXPECT_EQ(loaded.config.conduit.shard_count, plain.conduit.shard_count);
    EXPECT_EQ(loaded.config.shard.ids, plain.shard.ids);
    EXPECT_EQ(loaded.config.sink.format, plain.sink.format);
    EXPECT_EQ(loaded.config.spool.bytes_max, plain.spool.bytes_max);
    EXPECT_EQ(loaded.config.drain.parks, plain.drain.parks);
    EXPECT_EQ(loaded.config.subscriptions.shard_disabled, plain.subscriptions.shard_disabled);
    EXPECT_EQ(loaded.config.drain.timeout, plain.drain.timeout);
    EXPECT_EQ(loaded.config.load.levels.available, plain.load.levels.available);
    EXPECT_EQ(loaded.config.load.levels.high, plain.load.levels.high);
    EXPECT_EQ(loaded.config.load.levels.overload, plain.load.levels.overload);
    EXPECT_EQ(loaded.config.load.capacity, plain.load.capacity);
    EXPECT_EQ(loaded.config.load.enter_after, plain.load.enter_after);
    EXPECT_EQ(loaded.config.load.leave_after, plain.load.leave_after);
    EXPECT_EQ(loaded.config.backlog.levels.available, plain.backlog.levels.available);
    EXPECT_EQ(loaded.config.backlog.levels.high, plain.backlog.levels.high);
    EXPECT_EQ(loaded.config.backlog.levels.overload, plain.backlog.levels.overload);
    EXPECT_EQ(loaded.config.backlog.age_max, plain.backlog.age_max);
    EXPECT_EQ(loaded.config.hooks.load, plain.hooks.load);
    EXPECT_EQ(loaded.config.hooks.backlog, plain.hooks.backlog);
    EXPECT_EQ(loaded.config.hooks.timeout, plain.hooks.timeout);
}

TEST(Load, EverySettingCanComeFromTheFile) {
    const auto loaded = Input()
                            .yaml(
                                "twitch:\n  ca_file: /ca.pem\n  allow_plaintext: true\n"
                                "  id_url: https://a\n  helix_url: https://b/h\n"
                                "  eventsub_url: wss://c/w?x=1\n"
                                "log: {level: debug, format: json}\n"
                                "state: {dir: /state}\n"
                                "conduit: {id: c0ffee, shard_count: 4}\n"
                                "shard: {id: 3}\n"
                                "sink: {type: stdout, format: raw}\n"
                                "spool: {dir: memory, max_bytes: 64MB}\n"
                                "drain: {park: never, timeout: 1m}\n"
                                "subscriptions: {shard_disabled: true}\n"
                                "load: {available: 10%, high: 20%, overload: 30%}\n"
                                "load.capacity: 9000\nload.enter_after: 0\n"
                                "load.leave_after: 2m\n"
                                "backlog: {available: 40%, high: 50%, overload: 60%}\n"
                                "backlog.max_age: 1m\n"
                                "hooks: {load: \"a | b\", backlog: /c d, timeout: 5s}\n")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    const Config& config = loaded.config;
    EXPECT_EQ(config.twitch.ca_file, "/ca.pem");
    EXPECT_TRUE(config.twitch.allow_plaintext);
    EXPECT_EQ(config.twitch.id_url.host, "a");
    EXPECT_EQ(config.twitch.helix_url.target, "/h");
    EXPECT_EQ(config.twitch.eventsub_url.target, "/w?x=1");
    EXPECT_EQ(config.log.level, LogLevel::debug);
    EXPECT_EQ(config.log.format, LogFormat::json);
    EXPECT_EQ(config.state.dir, "/state");
    EXPECT_EQ(config.conduit.id, "c0ffee");
    EXPECT_EQ(config.conduit.shard_count, 4U);
    EXPECT_EQ(config.shard.ids, ShardSet{3});
    EXPECT_EQ(config.sink.format, SinkFormat::raw);
    EXPECT_EQ(config.spool.bytes_max, 64'000'000U);
    EXPECT_FALSE(config.drain.parks);
    EXPECT_TRUE(config.subscriptions.shard_disabled);
    EXPECT_EQ(config.drain.timeout, std::chrono::seconds(60));
    EXPECT_EQ(config.load.levels.available, 10U);
    EXPECT_EQ(config.load.levels.high, 20U);
    EXPECT_EQ(config.load.levels.overload, 30U);
    EXPECT_EQ(config.load.capacity, 9000U);
    EXPECT_EQ(config.load.enter_after, Duration::zero());
    EXPECT_EQ(config.load.leave_after, std::chrono::seconds(120));
    EXPECT_EQ(config.backlog.levels.available, 40U);
    EXPECT_EQ(config.backlog.levels.high, 50U);
    EXPECT_EQ(config.backlog.levels.overload, 60U);
    EXPECT_EQ(config.backlog.age_max, std::chrono::seconds(60));
    EXPECT_EQ(config.hooks.load, "a | b");
    EXPECT_EQ(config.hooks.backlog, "/c d");
    EXPECT_EQ(config.hooks.timeout, std::chrono::seconds(5));
}

TEST(Load, FlagWinsOverEnvironmentWinsOverFile) {
    auto input = Input().yaml("shard:\n  id: 1\n");
    EXPECT_EQ(row(input.load(), "shard.id").origin, "/etc/conduitd/conduitd.yaml:2");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{1});

    input.with("CONDUITD_SHARD_ID", "2");
    EXPECT_EQ(row(input.load(), "shard.id").origin, "CONDUITD_SHARD_ID");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{2});

    input.flag("shard.id", "3");
    EXPECT_EQ(row(input.load(), "shard.id").origin, "--shard.id");
    EXPECT_EQ(row(input.load(), "shard.id").value, "3");
    EXPECT_EQ(input.load().config.shard.ids, ShardSet{3});
}

TEST(Load, OverrideIsNotedWhenTheValuesDiffer) {
    auto input = Input().yaml("shard.id: 7\nlog.level: info\n").with("CONDUITD_SHARD_ID", "3");
    input.with("CONDUITD_LOG_LEVEL", "info");

    const auto loaded = input.load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(
        loaded.notes,
        ElementsAre("shard.id: CONDUITD_SHARD_ID=3 overrides /etc/conduitd/conduitd.yaml:1"));
}

TEST(Load, OverriddenValueIsStillChecked) {
    const auto loaded = Input().yaml("shard.id: many\n").flag("shard.id", "3").load();

    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("/etc/conduitd/conduitd.yaml:1: shard.id")));
}

TEST(Load, AllProblemsAreReportedAtOnce) {
    const auto loaded = Input()
                            .yaml("shard:\n  id: 010\nlgo:\n  level: info\nlog:\n  format: xml\n")
                            .with("CONDUITD_DRAIN_TIMEOUT", "1h")
                            .flag("spool.dir", "a\nb")
                            .without("TWITCH_CLIENT_ID")
                            .without("TWITCH_CLIENT_SECRET")
                            .load();

    EXPECT_THAT(loaded.problems, SizeIs(7));
}

TEST(Load, ProblemSaysWhereWhichWhatAndWhatIsAllowed) {
    const auto loaded = Input().yaml("\nshard:\n  id: three\n").load();

    EXPECT_THAT(loaded.problems,
                ElementsAre("/etc/conduitd/conduitd.yaml:3: shard.id: \"three\" is not a whole "
                            "number; allowed: numbers from 0 to 19999, as 3, 4-7 or 0,2,5, in "
                            "YAML also a list; ordinal, the number at the end of the host name; or "
                            "auto, any one that is free, or auto-NAME, the same under a name; "
                            "correct it, or remove it for the default (auto)"));
}

TEST(Load, ProblemIsOneLineOfPrintableAscii) {
    const std::string hostile = "\x1b[31m\n\r\t\xff" + std::string(10'000, 'x');
    Input input;
    for (const auto& setting : settings::all_settings()) {
        if (setting.is_secret() || setting.name == "twitch.ca_file") continue;
        input.with(settings::environment_name(setting), hostile);
    }
    input.flag("a\nb", hostile).flag("config", "/\n");

    const auto loaded = input.load();

    EXPECT_GT(loaded.problems.size(), 15U);
    for (const auto& problem : loaded.problems) {
        EXPECT_TRUE(std::regex_match(problem, std::regex("[ -~]{1,500}"))) << problem;
    }
}

TEST(Load, EveryOpenSettingRefusesNonsense) {
    for (const auto& setting : settings::all_settings()) {
        if (setting.is_secret()) continue;
        const auto loaded = Input().flag(std::string(setting.name), "\x01 nonsense").load();

        EXPECT_THAT(loaded.problems, testing::Contains(HasSubstr(std::string(setting.name))))
            << setting.name;
        EXPECT_EQ(row(loaded, setting.name).value, "(refused)");
    }
}

TEST(Load, HelpNamesEverySettingButSecrets) {
    const auto help = settings_help();

    EXPECT_EQ(help.size() + 2, settings::all_settings().size());
    for (const auto& entry : help) {
        EXPECT_NE(entry.name, "twitch.client_secret");
        EXPECT_NE(entry.name, "twitch.access_token");
        EXPECT_FALSE(entry.values.empty()) << entry.name;
        EXPECT_FALSE(entry.fallback.empty()) << entry.name;
        EXPECT_FALSE(entry.help.empty()) << entry.name;
    }
}

TEST(Load, MissingReaderMeansThatNoFileExists) {
    ConfigInput input;
    input.environment = {{"TWITCH_ACCESS_TOKEN", "token"}, {"HOME", "/home/user"}};

    EXPECT_THAT(load_config(input).problems, IsEmpty());
}
