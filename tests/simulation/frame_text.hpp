#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

// What the simulation reads of a frame, by its place in the text: the model writes its frames in
// one form, and no second parser may agree with the worker's by being the same.
namespace simulation {

// The text between `before` and the next quotation mark; empty when it is not there.
[[nodiscard]] inline std::string_view text_after(std::string_view frame, std::string_view before) {
    const auto found = frame.find(before);
    if (found == std::string_view::npos) return {};
    frame.remove_prefix(found + before.size());
    return frame.substr(0, frame.find('"'));
}

// Each frame begins with its id, which its type follows.
[[nodiscard]] inline std::string_view message_id_of(std::string_view frame) {
    constexpr std::string_view before = R"({"metadata":{"message_id":")";
    if (!frame.starts_with(before)) return {};
    frame.remove_prefix(before.size());
    return frame.substr(0, frame.find('"'));
}
[[nodiscard]] inline std::string_view message_type_of(std::string_view frame) {
    const auto id = message_id_of(frame);
    if (id.empty()) return {};
    frame.remove_prefix(static_cast<std::size_t>(id.data() + id.size() - frame.data()));
    constexpr std::string_view before = R"(","message_type":")";
    if (!frame.starts_with(before)) return {};
    frame.remove_prefix(before.size());
    return frame.substr(0, frame.find('"'));
}
[[nodiscard]] inline std::string_view channel_of(std::string_view frame) {
    return text_after(frame, R"(broadcaster_user_id":")");
}

// 96 random bits of a message id, folded.
[[nodiscard]] inline std::uint64_t key_of(std::string_view message_id) {
    std::uint64_t words[2]{};
    if (message_id.size() >= sizeof words) std::memcpy(words, message_id.data(), sizeof words);
    return words[0] ^ (words[1] * 0x9e37'79b9'7f4a'7c15ULL);
}

}  // namespace simulation
