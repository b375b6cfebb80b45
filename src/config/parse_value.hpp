#pragma once

#include "base/time.hpp"
#include "config/config.hpp"

#include <boost/system/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// From the text of one value to its type. Every function here is pure and says in a `Refusal` what
// is wrong with the text; what would be right is said once, in the table of settings.
namespace conduitd::settings {

struct Refusal {
    std::string why;       // continues a sentence that begins with the value: "is not a number"
    bool is_shown = true;  // false where the value may hold a password
};

template <class T>
using Parsed = boost::system::result<T, Refusal>;

inline constexpr std::size_t identifier_bytes_max = 256;
inline constexpr std::size_t name_bytes_max = 32;
inline constexpr std::size_t consumer_name_bytes_max = 64;
inline constexpr std::size_t path_bytes_max = 4096;    // PATH_MAX of Linux
inline constexpr std::size_t secret_bytes_max = 4096;  // Twitch's are 30 bytes long

// Decimal digits alone. A leading zero is refused: YAML 1.1 reads `010` as eight, others as ten.
[[nodiscard]] Parsed<std::uint64_t> parse_number(std::string_view text, std::uint64_t min,
                                                 std::uint64_t max);

// `67108864`, `64MB`, `1 GiB`: a whole number and a unit of a power of 1000 or 1024, in either
// case.
[[nodiscard]] Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t min,
                                               std::uint64_t max);

// `8`, `8s`, `1m`, `12h`, `7d`.
[[nodiscard]] Parsed<Duration> parse_seconds(std::string_view text, Duration min, Duration max);

// An octal number up to 777, as chmod takes it: `660` or `0660`.
[[nodiscard]] Parsed<std::uint32_t> parse_mode(std::string_view text);

// Calls `take` with each item of `a, b`; none for the empty text. The first refusal is the answer.
template <class Take>
[[nodiscard]] std::optional<Refusal> each_item(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        auto item = text.substr(0, end);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (auto refusal = take(item)) return refusal;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

// `70`, `70%`: whole percents from 1 to 100.
[[nodiscard]] Parsed<std::uint32_t> parse_percent(std::string_view text);

// `true` or `false`; YAML 1.1's `yes`, `on` and the like are refused.
[[nodiscard]] Parsed<bool> parse_truth(std::string_view text);

// Printable ASCII without blanks, at most `identifier_bytes_max` bytes.
[[nodiscard]] Parsed<std::string> parse_identifier(std::string_view text);

// One part of a path that is neither hidden nor leads elsewhere: ASCII letters and digits, '.', '_'
// and '-', not beginning with '.', at most `name_bytes_max` bytes.
[[nodiscard]] Parsed<std::string> parse_name(std::string_view text);

// What a consumer may be called: the same, not beginning with '_' or '-' either, at most
// `consumer_name_bytes_max` bytes.
[[nodiscard]] Parsed<std::string> parse_consumer_name(std::string_view text);

// The same as an identifier with its own limit, and never shown.
[[nodiscard]] Parsed<Secret> parse_secret(std::string_view text);

// Any bytes but control characters, at most `path_bytes_max`.
[[nodiscard]] Parsed<std::string> parse_path(std::string_view text);

// A command line for the shell, of the same bytes as a path.
[[nodiscard]] Parsed<std::string> parse_command(std::string_view text);

template <class T>
[[nodiscard]] Parsed<T> parse_word(std::string_view text,
                                   std::initializer_list<std::pair<std::string_view, T>> words) {
    for (const auto& word : words) {
        if (word.first == text) return word.second;
    }
    return Refusal{"is not one of the words"};
}

}  // namespace conduitd::settings
