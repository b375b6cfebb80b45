#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace conduitd {
namespace {

constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";  // d stands for a digit

// Nanoseconds since 1970 in 64 bits reach from a day in 1677 to one in 2262.
constexpr std::chrono::year year_min{1678};
constexpr std::chrono::year year_max{2261};

int number(std::string_view text, std::size_t from, std::size_t length) {
    int value = 0;
    for (const char c : text.substr(from, length)) value = value * 10 + (c - '0');
    return value;
}

constexpr std::array<char, 200> digit_pairs = [] {
    std::array<char, 200> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        pairs[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
    }
    return pairs;
}();

// The last digits of a value: as many as `length`, two at a time.
template <std::size_t length>
void put_digits(char* at, std::uint32_t value) {
    if constexpr (length >= 2) {
        std::memcpy(at + length - 2, digit_pairs.data() + value % 100 * 2, 2);
        put_digits<length - 2>(at, value / 100);
    } else if constexpr (length == 1) {
        *at = static_cast<char>('0' + value % 10);
    }
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool has_shape(std::string_view text) {
    if (text.size() <= shape.size() || text.back() != 'Z') return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
    }
    return true;
}

// ".123" -> 123,000,000. Empty means none; nullopt means that it is no fraction.
std::optional<Duration> parse_fraction(std::string_view text) {
    if (text.empty()) return Duration::zero();
    if (text.front() != '.' || text.size() < 2 || text.size() > 10) return std::nullopt;
    Duration::rep value = 0;
    for (std::size_t i = 1; i <= 9; ++i) {
        if (i < text.size() && !is_digit(text[i])) return std::nullopt;
        value = value * 10 + (i < text.size() ? text[i] - '0' : 0);
    }
    return Duration(value);
}

}  // namespace

// Written by hand: every line that a consumer sees has one, and a general formatter takes several
// times as long.
std::string format_rfc3339(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<Duration> clock(time - day);
    const auto number_of = [](auto count) { return static_cast<std::uint32_t>(count); };
    std::string text = "0000-00-00T00:00:00.000000000Z";
    char* const at = text.data();
    put_digits<4>(at, number_of(static_cast<int>(date.year())));
    put_digits<2>(at + 5, number_of(static_cast<unsigned>(date.month())));
    put_digits<2>(at + 8, number_of(static_cast<unsigned>(date.day())));
    put_digits<2>(at + 11, number_of(clock.hours().count()));
    put_digits<2>(at + 14, number_of(clock.minutes().count()));
    put_digits<2>(at + 17, number_of(clock.seconds().count()));
    put_digits<9>(at + 20, number_of(clock.subseconds().count()));
    return text;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    if (!has_shape(text)) return std::nullopt;
    const auto fraction = parse_fraction(text.substr(shape.size(), text.size() - shape.size() - 1));
    const year_month_day date(year(number(text, 0, 4)),
                              month(static_cast<unsigned>(number(text, 5, 2))),
                              day(static_cast<unsigned>(number(text, 8, 2))));
    const int hour = number(text, 11, 2);
    const int minute = number(text, 14, 2);
    const int second = number(text, 17, 2);
    if (!fraction || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    if (date.year() < year_min || date.year() > year_max) return std::nullopt;
    return WallTime(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) + *fraction;
}

}  // namespace conduitd
