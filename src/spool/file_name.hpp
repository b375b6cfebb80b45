#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The names of the spool's files, all of them made and read here.
namespace conduitd {

inline constexpr const char* lock_name = "lock";
inline constexpr const char* losses_name = "losses";

[[nodiscard]] std::string segment_name(std::uint64_t first_sequence);
[[nodiscard]] std::string ids_name(std::uint64_t first_sequence);
[[nodiscard]] std::string cursor_name(
    std::string_view consumer);  // of a name that is_consumer_name

// What a file is called until it is whole.
[[nodiscard]] std::string unfinished_name(const std::string& name);

// 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or a digit.
[[nodiscard]] bool is_consumer_name(std::string_view name);

struct FileName {
    enum class Kind { segment, ids, cursor, losses, unfinished } kind{};
    std::uint64_t first_sequence = 0;  // of segment and ids
    std::string consumer;              // of cursor
};

// Empty for what is not the spool's.
[[nodiscard]] std::optional<FileName> parse_file_name(std::string_view name);

}  // namespace conduitd
