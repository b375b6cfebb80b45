#pragma once

#include "base/shard_set.hpp"
#include "config/parse_value.hpp"

#include <cstdint>
#include <string_view>

// The forms of `shard.id`, and what `shard.offset` makes of them.
namespace conduitd::settings {

// How `auto-NAME` begins: `auto`, of a worker called so. One word is all that tells the instances
// of a systemd unit from one another, and each has to have a name of its own.
inline constexpr std::string_view named_auto = "auto-";

// `3`, `4-7`, `0,2,5-9`; `ordinal`; `auto`, `auto-NAME`.
struct ShardChoice {
    ShardSet listed;          // empty: `auto`, unless it is
    bool is_ordinal = false;  // the number at the end of the host name
};
[[nodiscard]] Parsed<ShardChoice> parse_shard_choice(std::string_view text);

// `-1`, `12`: what is added to every number. Hosts are counted from one at times.
[[nodiscard]] Parsed<std::int32_t> parse_shard_offset(std::string_view text);

// `conduitd-7`: 7, as the pods of a StatefulSet are called; up to the first dot.
[[nodiscard]] Parsed<std::uint32_t> ordinal_of(std::string_view host_name);

// The refusal continues a sentence that begins with the setting's text.
[[nodiscard]] Parsed<ShardSet> shift(const ShardSet& shards, std::int32_t offset);

}  // namespace conduitd::settings
