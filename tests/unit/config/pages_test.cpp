#include "config/input.hpp"
#include "config/setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using namespace conduitd;
using namespace conduitd::test;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

std::string page(const std::string& name) {
    std::ifstream file(std::string(CONFIG_FOLDER) + "/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The example with every setting in force: `#name: value` loses its mark, prose (`# ...`) does not.
std::string uncommented(const std::string& text) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const bool is_setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        out += (is_setting ? line.substr(1) : line) + "\n";
    }
    return out;
}

}  // namespace

TEST(Pages, ReadmeNamesEverySettingVariableAndDefault) {
    const std::string readme = page("README.md");

    ASSERT_THAT(readme, Not(IsEmpty()));
    for (const auto& setting : settings::all_settings()) {
        EXPECT_THAT(readme, HasSubstr("`" + std::string(setting.name) + "`"));
        EXPECT_THAT(readme, HasSubstr("`" + settings::environment_name(setting) + "`"));
        EXPECT_THAT(readme, HasSubstr(std::string(setting.alias)));
        EXPECT_THAT(readme, HasSubstr(std::string(setting.fallback)));
        if (setting.is_secret()) {
            EXPECT_THAT(readme, HasSubstr(settings::file_key(setting)));
        }
    }
}

TEST(Pages, ExampleLoadsAsItIs) {
    const std::string example = page("conduitd.yaml");

    ASSERT_THAT(example, Not(IsEmpty()));
    EXPECT_THAT(Input().yaml(example).load().problems, IsEmpty());
}

TEST(Pages, ExampleHoldsEveryDefault) {
    const auto loaded = Input()
                            .without("TWITCH_CLIENT_ID")
                            .without("TWITCH_CLIENT_SECRET")
                            .yaml(uncommented(page("conduitd.yaml")))
                            .file("/run/secrets/twitch_client_secret", "hunter2\n")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    for (const auto& setting : settings::all_settings()) {
        if (setting.name == "twitch.access_token") continue;  // not beside a client secret
        const auto found = row(loaded, setting.name);
        EXPECT_THAT(found.origin, HasSubstr("conduitd.yaml:")) << setting.name;
        if (!setting.fallback.empty()) {
            EXPECT_EQ(found.value, setting.fallback);
        }
    }
}
