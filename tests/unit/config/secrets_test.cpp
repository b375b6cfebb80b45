#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

Input without_secret() {
    return Input().without("TWITCH_CLIENT_SECRET");
}

std::string secret_of(const LoadedConfig& loaded) {
    return loaded.config.twitch.client_secret.reveal();
}

// Everything that may be printed.
std::string printed(const LoadedConfig& loaded) {
    std::string all;
    for (const auto& setting : loaded.settings) all += setting.value + setting.origin + "\n";
    for (const auto& line : loaded.problems) all += line + "\n";
    for (const auto& line : loaded.warnings) all += line + "\n";
    for (const auto& line : loaded.notes) all += line + "\n";
    return all;
}

}  // namespace

TEST(Secrets, FileOfEitherVariableIsReadAndTrimmed) {
    for (const auto* const name :
         {"CONDUITD_TWITCH_CLIENT_SECRET_FILE", "TWITCH_CLIENT_SECRET_FILE"}) {
        const auto loaded =
            without_secret().with(name, "/run/s").file("/run/s", "s3cr3t \r\n").load();

        EXPECT_THAT(loaded.problems, IsEmpty());
        EXPECT_EQ(secret_of(loaded), "s3cr3t");
        EXPECT_EQ(row(loaded, "twitch.client_secret").origin, name);
        EXPECT_EQ(row(loaded, "twitch.client_secret").value, "(set)");
    }
}

TEST(Secrets, FileOfTheYamlKeyIsRead) {
    const auto loaded = without_secret()
                            .yaml("twitch:\n  client_secret_file: /run/s\n")
                            .file("/run/s", "s3cr3t\n")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(secret_of(loaded), "s3cr3t");
    EXPECT_EQ(row(loaded, "twitch.client_secret").origin, "/etc/conduitd/conduitd.yaml:2");
}

TEST(Secrets, FileThatIsNoneToBeReadIsDescribed) {
    auto input = without_secret().with("TWITCH_CLIENT_SECRET_FILE", "/run/s");

    EXPECT_THAT(input.unreadable("/run/s", boost::system::errc::file_too_large).load().problems,
                ElementsAre(HasSubstr("cannot be read: it is larger than 1 MiB;")));
    EXPECT_THAT(input.unreadable("/run/s", boost::system::errc::invalid_argument).load().problems,
                ElementsAre(HasSubstr("it is a pipe or a device, not a regular file;")));
}

TEST(Secrets, FileThatIsMissingUnreadableOrEmptyIsOneProblem) {
    auto input = without_secret().with("TWITCH_CLIENT_SECRET_FILE", "/run/s");
    EXPECT_THAT(input.load().problems,
                ElementsAre(AllOf(HasSubstr("TWITCH_CLIENT_SECRET_FILE: twitch.client_secret"),
                                  HasSubstr("\"/run/s\""), HasSubstr("No such file"))));

    EXPECT_THAT(input.file("/run/s", " \n").load().problems, ElementsAre(HasSubstr("is empty")));

    EXPECT_THAT(input.unreadable("/run/s").load().problems,
                ElementsAre(HasSubstr("Permission denied")));
}

TEST(Secrets, ValueAndFileHaveToAgree) {
    auto input = without_secret().with("TWITCH_CLIENT_SECRET", "one");
    input.with("CONDUITD_TWITCH_CLIENT_SECRET_FILE", "/run/s");

    EXPECT_THAT(input.file("/run/s", "one\n").load().problems, IsEmpty());

    const auto loaded = input.file("/run/s", "an0ther\n").load();
    EXPECT_THAT(loaded.problems,
                ElementsAre(AllOf(HasSubstr("TWITCH_CLIENT_SECRET"), HasSubstr("they disagree"),
                                  Not(HasSubstr("one and")), Not(HasSubstr("an0ther")))));
}

TEST(Secrets, ValueAndFileInYamlHaveToAgree) {
    const auto loaded = without_secret()
                            .yaml("twitch:\n  client_secret: one\n  client_secret_file: /run/s\n")
                            .file("/run/s", "two")
                            .load();

    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("they disagree")));
}

TEST(Secrets, SystemdCredentialIsFoundUnderEachName) {
    for (const auto* const name :
         {"twitch.client_secret", "twitch_client_secret", "client_secret"}) {
        const std::string path = std::string("/run/credentials/conduitd/") + name;
        const auto loaded = without_secret()
                                .with("CREDENTIALS_DIRECTORY", "/run/credentials/conduitd")
                                .file(path, "s3cr3t\n")
                                .load();

        EXPECT_THAT(loaded.problems, IsEmpty());
        EXPECT_EQ(secret_of(loaded), "s3cr3t");
        EXPECT_EQ(row(loaded, "twitch.client_secret").origin, path);
    }
}

TEST(Secrets, SystemdCredentialStandsBetweenEnvironmentAndFile) {
    auto input = without_secret().with("CREDENTIALS_DIRECTORY", "/c");
    input.file("/c/twitch.client_secret", "credential").yaml("twitch.client_secret: yaml");
    EXPECT_EQ(secret_of(input.load()), "credential");

    input.with("TWITCH_CLIENT_SECRET", "environment");
    EXPECT_EQ(secret_of(input.load()), "environment");
    EXPECT_THAT(input.load().notes,
                ElementsAre("twitch.client_secret: TWITCH_CLIENT_SECRET overrides "
                            "/c/twitch.client_secret",
                            "twitch.client_secret: TWITCH_CLIENT_SECRET overrides "
                            "/etc/conduitd/conduitd.yaml:1"));
}

TEST(Secrets, UnreadableSystemdCredentialIsAProblem) {
    const auto loaded =
        without_secret().with("CREDENTIALS_DIRECTORY", "/c").unreadable("/c/client_secret").load();

    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("Permission denied")));
}

TEST(Secrets, ControlCharacterIsRefusedWithoutTheValue) {
    const auto loaded = without_secret().with("TWITCH_CLIENT_SECRET", "s3cr3t\r\nX: y").load();

    EXPECT_THAT(loaded.problems,
                ElementsAre(AllOf(HasSubstr("TWITCH_CLIENT_SECRET"), HasSubstr("not shown"))));
    EXPECT_THAT(printed(loaded), Not(HasSubstr("s3cr3t")));
}

TEST(Secrets, NoValueIsPrintedWhereverItStands) {
    const std::string bad_yaml[] = {
        "twitch:\n  client_secret: s3cr3t\n  client_secret: s3cr3t2\n",
        "twitch:\n  client_secrt: s3cr3t\n",
        "twitch:\n  client_secret: [s3cr3t]\n",
        "twitch:\n  client_secret: {s3cr3t: s3cr3t}\n",
        "twitch:\n  client_secret: *s3cr3t\n",
        "twitch:\n  client_secret: &s3cr3t x\n",
        "twitch:\n  client_secret: !s3cr3t x\n",
        "twitch:\n  client_secret: \"s3cr3t\n",
        "twitch:\n  client_secret: s3cr3t: x\n",
        "twitch:\n  client_secret: s3cr3t\n   two: x\n",
        "client_secret: s3cr3t\n",
        "s3cr3t",
    };
    for (const auto& text : bad_yaml) {
        const auto loaded = without_secret().with("TWITCH_ACCESS_TOKEN", "t0ken").yaml(text).load();

        EXPECT_THAT(loaded.problems, Not(IsEmpty())) << text;
        // A map in place of the value makes a key of it, which has to be named to be found.
        if (text.find('{') == std::string::npos) {
            EXPECT_THAT(printed(loaded), Not(HasSubstr("s3cr3t"))) << text;
        }
        EXPECT_THAT(printed(loaded), Not(HasSubstr("t0ken"))) << text;
    }
}
