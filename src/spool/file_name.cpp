#include "spool/file_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace conduitd {
namespace {

constexpr std::string_view segment_ending = ".seg";
constexpr std::string_view ids_ending = ".ids";
constexpr std::string_view cursor_ending = ".cursor";
constexpr std::string_view unfinished_ending = ".new";
constexpr std::size_t sequence_digits = 20;
constexpr std::size_t consumer_name_bytes_max = 64;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::optional<std::uint64_t> parse_sequence(std::string_view digits) {
    std::uint64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [last, error] = std::from_chars(digits.data(), end, value);
    if (digits.size() != sequence_digits || error != std::errc() || last != end || value == 0) {
        return std::nullopt;
    }
    return value;
}

// Removes the ending; false when the name has another, or nothing but it.
bool remove_ending(std::string_view& name, std::string_view ending) {
    if (name.size() <= ending.size() || !name.ends_with(ending)) return false;
    name.remove_suffix(ending.size());
    return true;
}

}  // namespace

std::string segment_name(std::uint64_t first_sequence) {
    return fmt::format("{:020}{}", first_sequence, segment_ending);
}

std::string ids_name(std::uint64_t first_sequence) {
    return fmt::format("{:020}{}", first_sequence, ids_ending);
}

std::string cursor_name(std::string_view consumer) {
    return fmt::format("{}{}", consumer, cursor_ending);
}

std::string unfinished_name(const std::string& name) {
    return name + std::string(unfinished_ending);
}

bool is_consumer_name(std::string_view name) {
    return !name.empty() && name.size() <= consumer_name_bytes_max &&
           is_letter_or_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
               return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
           });
}

std::optional<FileName> parse_file_name(std::string_view name) {
    using Kind = FileName::Kind;
    if (name == losses_name) return FileName{Kind::losses, 0, {}};
    if (remove_ending(name, unfinished_ending)) {
        const auto target = parse_file_name(name);
        if (!target || target->kind == Kind::unfinished) return std::nullopt;
        return FileName{Kind::unfinished, 0, {}};
    }
    if (remove_ending(name, cursor_ending)) {
        if (!is_consumer_name(name)) return std::nullopt;
        return FileName{Kind::cursor, 0, std::string(name)};
    }
    const bool is_segment = remove_ending(name, segment_ending);
    if (!is_segment && !remove_ending(name, ids_ending)) return std::nullopt;
    const auto sequence = parse_sequence(name);
    if (!sequence) return std::nullopt;
    return FileName{is_segment ? Kind::segment : Kind::ids, *sequence, {}};
}

}  // namespace conduitd
