#include "config/parse_value.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace conduitd::settings {
namespace {

struct Unit {
    std::string_view name;  // lower case
    std::uint64_t factor;
};

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t kilo = 1000;
constexpr Unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"kb", kilo},
    {"mb", kilo* kilo},
    {"gb", kilo* kilo* kilo},
    {"tb", kilo* kilo* kilo* kilo},
    {"kib", kibi},
    {"mib", kibi* kibi},
    {"gib", kibi* kibi* kibi},
    {"tib", kibi* kibi* kibi* kibi},
};
constexpr Unit time_units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}};
constexpr Unit percent_units[] = {{"", 1}, {"%", 1}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_graphic(char c) {
    return c > 0x20 && c < 0x7f;
}

bool is_of_names(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

Parsed<std::uint64_t> parse_digits(std::string_view text) {
    if (text.empty()) return Refusal{"is empty"};
    if (!std::ranges::all_of(text, is_digit)) return Refusal{"is not a whole number"};
    if (text.size() > 1 && text.front() == '0') return Refusal{"begins with a zero"};
    std::uint64_t number = 0;
    const auto end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number).ec != std::errc()) return Refusal{"is too large"};
    return number;
}

Parsed<std::uint64_t> in_range(std::uint64_t number, std::uint64_t min, std::uint64_t max) {
    if (number < min) return Refusal{"is too small"};
    if (number > max) return Refusal{"is too large"};
    return number;
}

// A whole number, at most one blank, and one of `units`.
template <std::size_t N>
Parsed<std::uint64_t> parse_with_unit(std::string_view text, const Unit (&units)[N],
                                      std::uint64_t min, std::uint64_t max) {
    const auto digits =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const auto number = parse_digits(digits == 0 ? text : text.substr(0, digits));
    if (!number) return number.error();

    std::string_view rest = text.substr(digits);
    if (rest.size() > 1 && rest.front() == ' ') rest.remove_prefix(1);
    const auto name = lower(rest);
    const auto* const unit = std::ranges::find(units, std::string_view(name), &Unit::name);
    if (unit == std::end(units)) return Refusal{"has a unit that is not known"};
    if (*number > std::numeric_limits<std::uint64_t>::max() / unit->factor) {
        return Refusal{"is too large"};
    }
    return in_range(*number * unit->factor, min, max);
}

std::string why_not_graphic(std::string_view text, std::size_t bytes_max) {
    if (text.empty()) return "is empty";
    if (text.size() > bytes_max) return "is longer than " + std::to_string(bytes_max) + " bytes";
    if (std::ranges::all_of(text, is_graphic)) return {};
    return "has a blank, a control character or a letter outside ASCII in it";
}

std::string why_no_name(std::string_view text, std::size_t bytes_max) {
    if (text.empty()) return "is empty";
    if (text.size() > bytes_max) return "is longer than " + std::to_string(bytes_max) + " bytes";
    if (!std::ranges::all_of(text, is_of_names)) return "has a character that is not allowed in it";
    if (text.front() == '.') return "begins with a dot";
    return {};
}

}  // namespace

Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
    const auto number = parse_digits(text);
    if (!number) return number.error();
    return in_range(*number, min, max);
}

Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t min, std::uint64_t max) {
    return parse_with_unit(text, size_units, min, max);
}

Parsed<Duration> parse_seconds(std::string_view text, Duration min, Duration max) {
    using std::chrono::duration_cast;
    using std::chrono::seconds;
    const auto number = parse_with_unit(
        text, time_units, static_cast<std::uint64_t>(duration_cast<seconds>(min).count()),
        static_cast<std::uint64_t>(duration_cast<seconds>(max).count()));
    if (!number) return number.error();
    return Duration(seconds(static_cast<seconds::rep>(*number)));
}

Parsed<std::uint32_t> parse_mode(std::string_view text) {
    const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
    if (text.empty()) return Refusal{"is empty"};
    if (!std::ranges::all_of(text, is_octal)) return Refusal{"is not an octal number"};
    std::uint32_t mode = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (result.ec != std::errc() || mode > 0777) return Refusal{"is too large"};
    return mode;
}

Parsed<std::uint32_t> parse_percent(std::string_view text) {
    const auto number = parse_with_unit(text, percent_units, 1, 100);
    if (!number) return number.error();
    return static_cast<std::uint32_t>(*number);
}

Parsed<bool> parse_truth(std::string_view text) {
    return parse_word<bool>(text, {{"true", true}, {"false", false}});
}

Parsed<std::string> parse_identifier(std::string_view text) {
    if (auto why = why_not_graphic(text, identifier_bytes_max); !why.empty()) return Refusal{why};
    return Parsed<std::string>(boost::system::in_place_value, text);
}

Parsed<std::string> parse_name(std::string_view text) {
    if (auto why = why_no_name(text, name_bytes_max); !why.empty()) return Refusal{why};
    return Parsed<std::string>(boost::system::in_place_value, text);
}

Parsed<std::string> parse_consumer_name(std::string_view text) {
    if (auto why = why_no_name(text, consumer_name_bytes_max); !why.empty()) return Refusal{why};
    if (text.front() == '_' || text.front() == '-') return Refusal{"begins with a mark"};
    return Parsed<std::string>(boost::system::in_place_value, text);
}

Parsed<Secret> parse_secret(std::string_view text) {
    auto why = why_not_graphic(text, secret_bytes_max);
    if (!why.empty()) return Refusal{why, false};
    return Secret(std::string(text));
}

Parsed<std::string> parse_path(std::string_view text) {
    if (text.empty()) return Refusal{"is empty"};
    if (text.size() > path_bytes_max) {
        return Refusal{"is longer than " + std::to_string(path_bytes_max) + " bytes"};
    }
    if (std::ranges::any_of(text, is_control)) return Refusal{"has a control character in it"};
    return Parsed<std::string>(boost::system::in_place_value, text);
}

Parsed<std::string> parse_command(std::string_view text) {
    return parse_path(text);
}

}  // namespace conduitd::settings
