// Any bytes as the YAML file, as variables, flags and secret files: loading a configuration never
// crashes, its messages stay one printable line each, and no secret gets into any of them.

#include "base/ensure.hpp"
#include "config/load.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

// Not a part of anything that a message says by itself, nor of what a mutation comes up with.
constexpr std::string_view secret = "QzX7hunter2QzX7";

conduitd::ConfigInput make_input(const std::string& text) {
    const std::string value = text.substr(0, text.find('\n'));
    conduitd::ConfigInput input;
    input.flags = {
        {"twitch.client_secret", std::string(secret)}, {"sink.format", value}, {value, value}};
    input.environment = {
        {"CONDUITD_" + value, value},
        {"CONDUITD_TWITCH_CLIENT_ID", value},
        {"CONDUITD_TWITCH_ID_URL", value},
        {"CONDUITD_TWITCH_EVENTSUB_URL", "ws://user:" + std::string(secret) + "@h"},
        {"CONDUITD_SHARD_ID", value},
        {"CONDUITD_SPOOL_MAX_BYTES", value},
        {"CONDUITD_DRAIN_TIMEOUT", value},
        {"TWITCH_CONDUIT_ID", value},
        {"TWITCH_CLIENT_SECRET", std::string(secret) + value},
        {"TWITCH_ACCESS_TOKEN_FILE", value},
        {"CREDENTIALS_DIRECTORY", "/credentials"},
        {"STATE_DIRECTORY", value}};
    input.read_file = [&text](const std::string& path) -> conduitd::Result<std::string> {
        if (path.starts_with("/credentials/")) return std::string(secret);
        return text + "\ntwitch.access_token: " + std::string(secret) + "\n";
    };
    return input;
}

void check_line(std::string_view line) {
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    conduitd::ensure(std::ranges::all_of(line, is_printable), "a message is one printable line");
    conduitd::ensure(line.find(secret) == std::string_view::npos, "a message has no secret in it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (text.find(secret) != std::string::npos) return 0;

    const auto loaded = conduitd::load_config(make_input(text));

    for (const auto& line : loaded.problems) check_line(line);
    for (const auto& line : loaded.warnings) check_line(line);
    for (const auto& line : loaded.notes) check_line(line);
    for (const auto& setting : loaded.settings) {
        check_line(setting.value);
        check_line(setting.origin);
    }
    return 0;
}
