#include "conduitd/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::HasSubstr;

ConfigInput with_flags(std::vector<Flag> flags) {
    ConfigInput input;
    input.flags = std::move(flags);
    input.default_file.clear();
    input.read_file = [](const std::string&) {
        return Result<std::string>(make_error_code(boost::system::errc::no_such_file_or_directory));
    };
    return input;
}

TEST(Health, IsWhatTheWorkerAnswers) {
    const auto ready = judge_health(200, R"({"ready":true,"state":"standby","reason":null})");
    EXPECT_TRUE(ready.is_well);
    EXPECT_EQ(ready.text, "ready: standby");

    EXPECT_EQ(judge_health(200, R"({"live":true})").text, "alive");

    const auto seeking = judge_health(503, R"({"ready":false,"state":"seeking","reason":"why"})");
    EXPECT_FALSE(seeking.is_well);
    EXPECT_EQ(seeking.text, "not ready: why");
}

TEST(Health, RefusalAndNonsenseAreNoHealth) {
    const auto refused = judge_health(503, R"({"error":"too many connections at once"})");
    EXPECT_FALSE(refused.is_well);
    EXPECT_EQ(refused.text, "not ready: too many connections at once");

    EXPECT_FALSE(judge_health(200, "<html>").is_well);
    EXPECT_FALSE(judge_health(200, "[]").is_well);
}

TEST(Health, SaysWhereNobodyAnswers) {
    const auto health = ask_health(with_flags({{"control.path", "/nowhere/control.sock"}}),
                                   HealthQuestion::is_ready);

    EXPECT_FALSE(health.is_well);
    EXPECT_THAT(health.text, HasSubstr("no worker answers at /nowhere/control.sock"));
}

TEST(Health, SaysWhereThereIsNoSocket) {
    const auto health =
        ask_health(with_flags({{"control.path", "none"}}), HealthQuestion::is_alive);

    EXPECT_FALSE(health.is_well);
    EXPECT_THAT(health.text, HasSubstr("control.path is none"));
}

}  // namespace
}  // namespace conduitd
