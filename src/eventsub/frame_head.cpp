#include "eventsub/frame_head.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace conduitd {
namespace {

constexpr std::string_view opening = R"({"metadata":{)";
constexpr std::string_view middle = R"(},"payload":{)";
constexpr std::string_view ending = "}}";

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// What says itself what it means: no escape, no control character, nothing that could be bad UTF-8.
bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '\\';
}

// The compiler compares with vectors where it knows how many characters there are.
template <std::size_t size>
bool is_plain_block(const char* at) {
    std::uint8_t others = 0;
    for (std::size_t i = 0; i < size; ++i) {
        others = static_cast<std::uint8_t>(others + (is_plain(at[i]) ? 0 : 1));
    }
    return others == 0;
}

// In blocks, the last of which overlaps the one before.
template <std::size_t block>
bool is_plain_by(std::string_view text) {
    for (std::size_t at = 0; at + block <= text.size(); at += block) {
        if (!is_plain_block<block>(text.data() + at)) return false;
    }
    return is_plain_block<block>(text.data() + text.size() - block);
}

bool is_plain(std::string_view text) {
    if (text.size() >= 16) return is_plain_by<16>(text);
    if (text.size() >= 8) return is_plain_by<8>(text);
    return std::ranges::all_of(text, [](char c) { return is_plain(c); });
}

std::optional<std::string_view> take_string(std::string_view& text) {
    if (!take(text, '"')) return std::nullopt;
    const auto size = text.find('"');
    if (size == std::string_view::npos) return std::nullopt;
    const auto string = text.substr(0, size);
    if (!is_plain(string)) return std::nullopt;
    text.remove_prefix(size + 1);
    return string;
}

// False when the member is not a plain string, or comes for the second time.
bool take_member(std::string_view& text, Envelope& envelope) {
    const auto name = take_string(text);
    if (!name || !take(text, ':')) return false;
    const auto value = take_string(text);
    if (!value) return false;
    if (auto* const place = envelope.metadata(*name)) {
        if (*place) return false;
        *place = value;
    }
    return true;
}

}  // namespace

std::optional<Envelope> read_frame_head(std::string_view frame) {
    Envelope envelope;
    auto rest = frame.substr(0, frame_head_bytes_max);
    if (!take(rest, opening)) return std::nullopt;
    do {
        if (!take_member(rest, envelope)) return std::nullopt;
    } while (take(rest, ','));

    const auto& type = envelope.message_type;
    const bool is_data = type == "notification" || type == "revocation";
    if (!is_data || !take(rest, middle) || !frame.ends_with(ending)) return std::nullopt;
    return envelope;
}

}  // namespace conduitd
