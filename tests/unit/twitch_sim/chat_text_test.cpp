#include "twitch_sim/model/chat_text.hpp"

#include "twitch_sim/driver.hpp"
#include "twitch_sim/model/cast.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

TEST(ChatText, TakesALineApartAsTwitchDoes) {
    const auto chat = make_chat_text("@ nice jump Cheer100 Kappa", make_channel(0));

    EXPECT_EQ(chat.text, "@LanternFox nice jump Cheer100 Kappa");
    EXPECT_EQ(chat.bits, 100u);
    EXPECT_EQ(
        chat.fragments,
        R"([{"type":"mention","text":"@LanternFox","cheermote":null,"emote":null,)"
        R"("mention":{"user_id":"700100200","user_name":"LanternFox","user_login":"lanternfox"}},)"
        R"({"type":"text","text":" nice jump ","cheermote":null,"emote":null,"mention":null},)"
        R"({"type":"cheermote","text":"Cheer100","cheermote":{"prefix":"Cheer","bits":100,"tier":100},)"
        R"("emote":null,"mention":null},)"
        R"({"type":"text","text":" ","cheermote":null,"emote":null,"mention":null},)"
        R"({"type":"emote","text":"Kappa","cheermote":null,)"
        R"("emote":{"id":"25","emote_set_id":"0","owner_id":"0","format":["static"]},"mention":null}])");
}

TEST(ChatText, FragmentsAddUpToTheTextOfEveryLine) {
    for (const auto line : chat_lines()) {
        const auto chat = make_chat_text(line, make_channel(3));

        const auto fragments = parse(chat.fragments);
        std::string sum;
        for (const auto& fragment : fragments.as_array()) {
            sum += std::string(fragment.at("text").as_string());
        }
        EXPECT_EQ(sum, chat.text) << line;
    }
}

TEST(ChatText, OddBlanksAndUnknownNamesStayText) {
    const auto chat = make_chat_text("  @nobody  Cheer Cheerx ", make_channel(0));

    EXPECT_EQ(chat.text, "  @nobody  Cheer Cheerx ");
    EXPECT_EQ(parse(chat.fragments).as_array().size(), 1u);
    EXPECT_EQ(chat.bits, 0u);
    EXPECT_EQ(make_chat_text("", make_channel(0)).fragments, "[]");
}

}  // namespace
}  // namespace twitch_sim
