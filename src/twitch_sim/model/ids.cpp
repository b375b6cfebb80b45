#include "twitch_sim/model/ids.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <random>
#include <span>
#include <string_view>

namespace twitch_sim {
namespace {

constexpr std::string_view base64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// URL-safe base64; `=` fills the last group where the bytes do not.
std::string encode_base64url(std::span<const std::uint8_t> bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '=');
    char* at = out.data();
    const auto digit = [](std::uint32_t bits) { return base64url[bits & 63u]; };
    for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
        const std::uint32_t group =
            std::uint32_t{bytes[0]} << 16 | std::uint32_t{bytes[1]} << 8 | bytes[2];
        *at++ = digit(group >> 18);
        *at++ = digit(group >> 12);
        *at++ = digit(group >> 6);
        *at++ = digit(group);
    }
    if (bytes.empty()) return out;
    const std::uint32_t rest =
        std::uint32_t{bytes[0]} << 16 | (bytes.size() == 2 ? std::uint32_t{bytes[1]} << 8 : 0u);
    *at++ = digit(rest >> 18);
    *at++ = digit(rest >> 12);
    if (bytes.size() == 2) *at = digit(rest >> 6);
    return out;
}

// `bytes` is a multiple of eight long. The low byte of each word comes first on every machine.
void fill(std::span<std::uint8_t> bytes, conduitd::SplitMix64& engine) {
    for (; !bytes.empty(); bytes = bytes.subspan(8)) {
        std::uint64_t word = engine();
        if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
        std::memcpy(bytes.data(), &word, sizeof word);
    }
}

// The last digits of a number.
void put_hex(std::string& out, std::size_t at, std::size_t digits, std::uint64_t number) {
    for (; digits > 0; number >>= 4) out[at + --digits] = "0123456789abcdef"[number & 15u];
}

}  // namespace

std::string to_text(const MessageId& id) {
    return encode_base64url(id);
}

std::optional<MessageId> parse_message_id(std::string_view text) {
    MessageId id{};
    std::size_t filled = 0;
    std::uint32_t bits = 0;
    unsigned bit_count = 0;
    for (const char c : text.substr(0, text.find('='))) {
        const auto position = base64url.find(c);
        if (position == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(position);
        bit_count += 6;
        if (bit_count < 8) continue;
        if (filled == id.size()) return std::nullopt;
        bit_count -= 8;
        id[filled++] = static_cast<std::uint8_t>(bits >> bit_count);
    }
    return to_text(id) == text ? std::optional(id) : std::nullopt;
}

MessageId Ids::make_message_id() {
    MessageId id{};
    fill(id, engine_);
    return id;
}

std::string Ids::make_uuid() {
    const std::uint64_t high = (engine_() & ~0xf000ULL) | 0x4000ULL;
    const std::uint64_t low = (engine_() & ~(3ULL << 62)) | (2ULL << 62);
    std::string uuid(36, '-');
    put_hex(uuid, 0, 8, high >> 32);
    put_hex(uuid, 9, 4, high >> 16);
    put_hex(uuid, 14, 4, high);
    put_hex(uuid, 19, 4, low >> 48);
    put_hex(uuid, 24, 12, low);
    return uuid;
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
