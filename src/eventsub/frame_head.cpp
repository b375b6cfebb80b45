#include "eventsub/frame_head.hpp"

#include <array>
#include <cstddef>

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
constexpr auto is_plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = ' '; c <= '~'; ++c) table[c] = c != '"' && c != '\\';
    return table;
}();

std::optional<std::string_view> take_string(std::string_view& text) {
    if (!take(text, '"')) return std::nullopt;
    std::size_t size = 0;
    while (size < text.size() && is_plain[static_cast<unsigned char>(text[size])]) ++size;
    const auto string = text.substr(0, size);
    text.remove_prefix(size);
    if (!take(text, '"')) return std::nullopt;
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
