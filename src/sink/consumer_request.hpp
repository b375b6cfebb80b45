#pragma once

#include "sink/line.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a consumer sends: lines of one JSON object each.
//
//     {"hello":{"consumer":"bot","ack":true}}      the first line, if any
//     {"ack":1042}                                 everything up to here is the consumer's for good
namespace conduitd {

inline constexpr std::size_t consumer_line_bytes_max = 64 * 1024;
inline constexpr std::size_t consumer_types_max = 256;
inline constexpr std::size_t consumer_type_bytes_max = 128;

// Where a consumer without a cursor begins.
enum class StartAt {
    oldest,  // the oldest record that is kept
    newest,  // what comes from now on
};

struct Hello {
    std::string consumer;  // 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit
    bool wants_acks = false;
    bool is_tail = false;                // a live view without a name, cursor or acks
    std::optional<std::uint64_t> after;  // counts as an ack
    StartAt start_at = StartAt::oldest;  // of a consumer that has no cursor yet
    std::vector<std::string> types;      // of subscriptions; empty: all
    std::optional<LineFormat> format;    // else the one that is configured
};

struct Ack {
    std::uint64_t sequence = 0;
};

// Not a request: what is wrong, for the consumer's eyes.
struct BadRequest {
    std::string why;
};

using ConsumerRequest = std::variant<Hello, Ack, BadRequest>;

// Reads one line, without its line break.
[[nodiscard]] ConsumerRequest parse_consumer_request(std::string_view line);

}  // namespace conduitd
