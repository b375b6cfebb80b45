#include "load_generator/event_frame.hpp"

#include "message_id.hpp"

#include <fmt/format.h>

#include <string_view>

namespace bench {
namespace {

constexpr std::string_view id_mark = R"("message_id":")";
constexpr std::string_view time_mark = R"("message_timestamp":")";

std::string render(std::string_view type, std::string_view condition, std::string_view event) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"{:0<{}}","message_type":"notification",)"
        R"("message_timestamp":"{:0<{}}","subscription_type":"{}","subscription_version":"1"}},)"
        R"("payload":{{"subscription":{{"id":"66816255-5c5c-445a-9191-0c4f3ed3326e",)"
        R"("status":"enabled","type":"{}","version":"1","condition":{{{}}},)"
        R"("transport":{{"method":"conduit","conduit_id":"3f6d2c1a-8b4e-4d7a-9c50-1e2f3a4b5c6d"}},)"
        R"("created_at":"2026-03-04T05:00:00.123456789Z","cost":0}},"event":{{{}}}}}}})",
        "", id_size, "", time_bytes, type, type, condition, event);
}

std::string render_broadcaster(std::string_view login, std::string_view name) {
    return fmt::format(R"("broadcaster_user_id":"700100200","broadcaster_user_login":"{}",)"
                       R"("broadcaster_user_name":"{}")",
                       login, name);
}

std::string render_offline(std::size_t padding) {
    return render("stream.offline", R"("broadcaster_user_id":"700100200")",
                  render_broadcaster("lanternfox", "LanternFox" + std::string(padding, 'x')));
}

constexpr std::string_view emote =
    R"(,{"type":"emote","text":"Kappa","cheermote":null,"emote":{"id":"25","emote_set_id":"0",)"
    R"("owner_id":"0","format":["static"]},"mention":null})";
constexpr std::string_view emote_text = "Kappa";

// Words stand in the text and once more in its fragments: an odd byte goes into a name.
std::string render_chat(std::size_t emotes, std::size_t padding) {
    const std::string words = "nice jump" + std::string(padding / 2, '!');
    std::string text = words;
    std::string fragments = fmt::format(
        R"({{"type":"text","text":"{}","cheermote":null,"emote":null,"mention":null}})", words);
    for (std::size_t i = 0; i < emotes; ++i) {
        text += emote_text;
        fragments += emote;
    }
    const auto event = fmt::format(
        R"({},"source_broadcaster_user_id":null,"source_broadcaster_user_login":null,)"
        R"("source_broadcaster_user_name":null,"chatter_user_id":"700314159",)"
        R"("chatter_user_login":"quietcomet","chatter_user_name":"QuietComet{}",)"
        R"("message_id":"9f3a444f-4839-4504-ab72-fd01ab06677f","source_message_id":null,)"
        R"("is_source_only":null,"message":{{"text":"{}","fragments":[{}]}},"color":"#1E90FF",)"
        R"("badges":[{{"set_id":"subscriber","id":"12","info":"14"}}],"source_badges":null,)"
        R"("message_type":"text","cheer":null,"reply":null,)"
        R"("channel_points_custom_reward_id":null,"channel_points_animation_id":null)",
        render_broadcaster("lanternfox", "LanternFox"), padding % 2 == 1 ? "_" : "", text,
        fragments);
    return render("channel.chat.message",
                  R"("broadcaster_user_id":"700100200","user_id":"700999111")", event);
}

std::optional<std::string> render_text(std::size_t text_bytes) {
    const auto chat_bytes = render_chat(0, 0).size();
    const auto offline_bytes = render_offline(0).size();
    if (text_bytes >= chat_bytes) {
        const auto padding = text_bytes - chat_bytes;
        const auto emote_bytes = emote.size() + emote_text.size();
        return render_chat(padding / emote_bytes, padding % emote_bytes);
    }
    if (text_bytes >= offline_bytes) return render_offline(text_bytes - offline_bytes);
    return std::nullopt;
}

}  // namespace

std::string make_frame_head(Opcode opcode, std::size_t payload_bytes) {
    constexpr unsigned char is_last = 0x80;
    std::string head(1, static_cast<char>(is_last | static_cast<unsigned char>(opcode)));
    int size_bytes = 0;
    if (payload_bytes < 126) {
        head += static_cast<char>(payload_bytes);
    } else if (payload_bytes < 65536) {
        head += static_cast<char>(126);
        size_bytes = 2;
    } else {
        head += static_cast<char>(127);
        size_bytes = 8;
    }
    while (size_bytes-- > 0) head += static_cast<char>(payload_bytes >> (8 * size_bytes) & 0xff);
    return head;
}

std::optional<EventFrame> make_event_frame(std::size_t text_bytes) {
    const auto text = render_text(text_bytes);
    if (!text) return std::nullopt;
    const auto head = make_frame_head(Opcode::text, text->size());
    return EventFrame{head + *text, head.size() + text->find(id_mark) + id_mark.size(),
                      head.size() + text->find(time_mark) + time_mark.size()};
}

}  // namespace bench
