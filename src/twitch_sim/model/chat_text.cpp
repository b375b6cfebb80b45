#include "twitch_sim/model/chat_text.hpp"

#include "twitch_sim/model/cast.hpp"
#include "twitch_sim/model/frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace twitch_sim {
namespace {

// Builds the array; plain words collect until a word of another kind ends them.
class FragmentWriter {
public:
    void add_plain(std::string_view text) { plain_ += text; }

    void add_emote(std::string_view text, const Emote& emote) {
        begin("emote", text);
        fmt::format_to(std::back_inserter(json_),
                       R"("cheermote":null,"emote":{{"id":"{}","emote_set_id":"{}",)"
                       R"("owner_id":"0","format":{}}},"mention":null}})",
                       emote.id, emote.set_id, emote.formats);
    }

    void add_cheer(std::string_view text, std::uint64_t bits) {
        const std::uint64_t tier = bits >= 10'000  ? 10'000
                                   : bits >= 1'000 ? 1'000
                                   : bits >= 100   ? 100
                                                   : 1;
        begin("cheermote", text);
        fmt::format_to(std::back_inserter(json_),
                       R"("cheermote":{{"prefix":"Cheer","bits":{},"tier":{}}},)"
                       R"("emote":null,"mention":null}})",
                       bits, tier);
    }

    void add_mention(std::string_view text, std::string_view id, std::string_view name,
                     std::string_view login) {
        begin("mention", text);
        fmt::format_to(std::back_inserter(json_),
                       R"("cheermote":null,"emote":null,"mention":{{"user_id":{},"user_name":{},)"
                       R"("user_login":{}}}}})",
                       wire_string(id), wire_string(name), wire_string(login));
    }

    [[nodiscard]] std::string finish() {
        end_plain();
        return '[' + json_ + ']';
    }

private:
    void begin(std::string_view type, std::string_view text) {
        end_plain();
        open(type, text);
    }

    void open(std::string_view type, std::string_view text) {
        if (!json_.empty()) json_ += ',';
        json_ += R"({"type":")";
        json_ += type;
        json_ += R"(","text":)";
        append_wire_string(json_, text);
        json_ += ',';
    }

    void end_plain() {
        if (plain_.empty()) return;
        open("text", plain_);
        json_ += R"("cheermote":null,"emote":null,"mention":null})";
        plain_.clear();
    }

    std::string json_;
    std::string plain_;
};

// The bits of "Cheer100"; 0 when the word is no cheer.
std::uint64_t bits_of(std::string_view word) {
    constexpr std::string_view prefix = "Cheer";
    if (!word.starts_with(prefix)) return 0;
    std::uint64_t bits = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data() + prefix.size(), last, bits);
    return error == std::errc() && end == last ? bits : 0;
}

}  // namespace

ChatText make_chat_text(std::string_view line, const Channel& channel) {
    ChatText chat;
    FragmentWriter fragments;
    while (!line.empty()) {
        const auto word =
            line.substr(0, std::max<std::size_t>(1, std::min(line.find(' '), line.size())));
        line.remove_prefix(word.size());
        std::string shown(word);
        if (word == "@") {
            shown += channel.name;
            fragments.add_mention(shown, channel.id, channel.name, channel.login);
        } else if (const auto* const chatter =
                       word.starts_with('@') ? find_chatter(word.substr(1)) : nullptr) {
            fragments.add_mention(shown, chatter->id, chatter->name, chatter->login);
        } else if (const auto* const emote = find_emote(word)) {
            fragments.add_emote(shown, *emote);
        } else if (const auto bits = bits_of(word); bits > 0) {
            fragments.add_cheer(shown, bits);
            chat.bits += bits;
        } else {
            fragments.add_plain(shown);
        }
        chat.text += shown;
    }
    chat.fragments = fragments.finish();
    return chat;
}

}  // namespace twitch_sim
