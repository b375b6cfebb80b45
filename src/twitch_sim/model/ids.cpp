#include "twitch_sim/model/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace twitch_sim {
namespace {

// URL-safe base64; `=` fills the last group where the bytes do not.
std::string encode_base64url(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out((bytes.size() + 2) / 3 * 4, '=');
    char* at = out.data();
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? bytes[i + k] : 0u);
        for (std::size_t k = 0; k <= count; ++k) at[k] = alphabet[group >> (18 - 6 * k) & 63u];
        at += 4;
    }
    return out;
}

void fill(std::span<std::uint8_t> bytes, std::mt19937_64& engine) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        word = i % 8 == 0 ? engine() : word >> 8;
        bytes[i] = static_cast<std::uint8_t>(word);
    }
}

}  // namespace

std::string to_text(const MessageId& id) {
    return encode_base64url(id);
}

MessageId Ids::make_message_id() {
    MessageId id{};
    fill(id, engine_);
    return id;
}

std::string Ids::make_uuid() {
    const std::uint64_t high = (engine_() & ~0xf000ULL) | 0x4000ULL;
    const std::uint64_t low = (engine_() & ~(3ULL << 62)) | (2ULL << 62);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffffu,
                       high & 0xffffu, low >> 48, low & 0xffff'ffff'ffffULL);
}

std::string Ids::make_session_id() {
    std::array<std::uint8_t, 27> bytes{0x02, 0x0a, 0x10};
    fill(std::span(bytes).subspan(3, 16), engine_);
    bytes[19] = 0x12;
    bytes[20] = 0x06;
    constexpr std::string_view cell = "cell-";
    std::ranges::copy(cell, bytes.begin() + 21);
    bytes[26] = static_cast<std::uint8_t>('a' + below(3));
    return encode_base64url(bytes);
}

std::string Ids::make_token() {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::string out(30, ' ');
    for (char& c : out) c = alphabet[below(alphabet.size())];
    return out;
}

std::uint64_t Ids::below(std::uint64_t bound) {
    if (bound == 0) return 0;
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
}

}  // namespace twitch_sim
