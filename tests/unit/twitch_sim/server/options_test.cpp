#include "twitch_sim/server/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace twitch_sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

std::variant<ServerOptions, CommandLineEnd> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "twitch-sim");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

std::string refusal_of(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    const auto* end = std::get_if<CommandLineEnd>(&parsed);
    return end != nullptr && end->exit_code == ExitCode::usage ? end->text : std::string();
}

TEST(ServerOptions, DefaultsAreLoopbackAndPlain) {
    const auto options = std::get<ServerOptions>(parse({}));

    EXPECT_EQ(options.listen.address().to_string(), "127.0.0.1");
    EXPECT_EQ(options.listen.port(), 8787);
    EXPECT_FALSE(options.is_tls);
    EXPECT_EQ(options.time_scale, 1);
    EXPECT_EQ(options.model.keepalive_default, 10s);
    EXPECT_FALSE(options.model.reconnect_after);
    EXPECT_FALSE(options.model.events_max);
}

TEST(ServerOptions, EverySwitchReachesItsField) {
    const auto options = std::get<ServerOptions>(parse({"--listen", "[::1]:0",
                                                        "--tls",    "--certificate-file",
                                                        "c.pem",    "--time-scale",
                                                        "10",       "--rate",
                                                        "0.5",      "--channels",
                                                        "7",        "--events",
                                                        "9",        "--seed",
                                                        "3",        "--keepalive",
                                                        "2",        "--ping-period",
                                                        "0.25",     "--unused-limit",
                                                        "4",        "--reconnect-after",
                                                        "1.5",      "--reconnect-id",
                                                        "fresh",    "--points-per-minute",
                                                        "20",       "--conduit",
                                                        "3",        "--shards-per-page",
                                                        "2",        "--client-id",
                                                        "id",       "--client-secret",
                                                        "secret"}));

    EXPECT_EQ(options.listen.address().to_string(), "::1");
    EXPECT_EQ(options.listen.port(), 0);
    EXPECT_TRUE(options.is_tls);
    EXPECT_EQ(options.certificate_file, "c.pem");
    EXPECT_EQ(options.time_scale, 10);
    EXPECT_EQ(options.model.events_per_second, 0.5);
    EXPECT_EQ(options.model.channels, 7u);
    EXPECT_EQ(options.model.events_max, 9u);
    EXPECT_EQ(options.model.seed, 3u);
    EXPECT_EQ(options.model.keepalive_default, 2s);
    EXPECT_EQ(options.model.ping_period, 250ms);
    EXPECT_EQ(options.model.unused_limit, 4s);
    EXPECT_EQ(options.model.reconnect_after, 1500ms);
    EXPECT_EQ(options.model.reconnect_id, ModelOptions::ReconnectId::fresh);
    EXPECT_EQ(options.model.points_per_minute, 20u);
    EXPECT_EQ(options.model.shards_per_page, 2u);
    EXPECT_EQ(options.model.conduit_shards, 3u);
    EXPECT_EQ(options.model.client_id, "id");
    EXPECT_EQ(options.model.client_secret, "secret");
}

TEST(ServerOptions, OnlyLoopbackIsListenedAt) {
    EXPECT_THAT(refusal_of({"--listen", "0.0.0.0:80"}), HasSubstr("not a loopback address"));
    EXPECT_THAT(refusal_of({"--listen", "[::]:80"}), HasSubstr("not a loopback address"));
    EXPECT_THAT(refusal_of({"--listen", "192.0.2.1:80"}), HasSubstr("not a loopback address"));
    EXPECT_EQ(refusal_of({"--listen", "localhost:0"}), "");
    EXPECT_EQ(refusal_of({"--listen", "127.8.9.10:0"}), "");
}

TEST(ServerOptions, MalformedAddressesAreRefused) {
    for (const char* text :
         {"", "8787", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80",
          "[::1:80", "twitch.tv:80", "127.0.0.1:-1"}) {
        EXPECT_THAT(refusal_of({"--listen", text}), HasSubstr("--listen")) << text;
    }
}

TEST(ServerOptions, NumbersOutOfRangeAreRefusedInOneLine) {
    const std::vector<std::vector<const char*>> lines = {{"--rate", "nan"},
                                                         {"--rate", "-1"},
                                                         {"--rate", "inf"},
                                                         {"--events", "-1"},
                                                         {"--seed", "1.5"},
                                                         {"--channels", "0"},
                                                         {"--keepalive", "601"},
                                                         {"--time-scale", "0"},
                                                         {"--reconnect-after", "soon"},
                                                         {"--reconnect-id", "x"},
                                                         {"--shards-per-page", ""},
                                                         {"--bogus"},
                                                         {"stray"}};
    for (const auto& line : lines) {
        const std::string text = refusal_of(line);

        EXPECT_THAT(text, StartsWith("twitch-sim: ")) << line.front();
        EXPECT_EQ(text.find('\n'), text.size() - 1) << line.front();
    }
}

TEST(ServerOptions, HelpAndVersionAreNoErrors) {
    const auto help = std::get<CommandLineEnd>(parse({"--help"}));
    const auto version = std::get<CommandLineEnd>(parse({"--version"}));

    EXPECT_EQ(help.exit_code, ExitCode::done);
    EXPECT_THAT(help.text, HasSubstr("--reconnect-after"));
    EXPECT_EQ(version.exit_code, ExitCode::done);
    EXPECT_THAT(version.text, StartsWith("twitch-sim "));
}

}  // namespace
}  // namespace twitch_sim
