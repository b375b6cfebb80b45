#include "config/shard_setting.hpp"

#include "base/quote.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace conduitd::settings {
namespace {

constexpr auto highest = static_cast<std::int64_t>(shard_count_max) - 1;

Parsed<std::uint32_t> parse_shard(std::string_view text) {
    const auto number = parse_number(text, 0, highest);
    if (!number) return number.error();
    return static_cast<std::uint32_t>(*number);
}

Refusal in_part(std::string_view part, const Refusal& refusal) {
    return {"has a part that " + refusal.why + ": " + in_quotes(part)};
}

}  // namespace

Parsed<ShardChoice> parse_shard_choice(std::string_view text) {
    if (text == "ordinal") return ShardChoice{.listed = {}, .is_ordinal = true};
    if (text == "auto") return ShardChoice{};
    if (text.starts_with(named_auto)) {
        if (text == named_auto) return Refusal{"ends before the name"};
        const auto name = parse_name(text);
        if (!name) return name.error();
        return ShardChoice{};
    }
    if (text.starts_with('-') || text.find_first_of(",-") == std::string_view::npos) {
        const auto only = parse_shard(text);
        if (!only) return only.error();
        return ShardChoice{.listed = {*only}};
    }
    std::vector<std::uint32_t> ids;
    if (text.ends_with(',')) return Refusal{"ends with a comma"};
    auto refusal = each_item(text, [&](std::string_view item) -> std::optional<Refusal> {
        const auto dash = item.find('-');
        const auto first = parse_shard(item.substr(0, dash));
        if (!first) return in_part(item, first.error());
        const auto last =
            dash == std::string_view::npos ? first : parse_shard(item.substr(dash + 1));
        if (!last) return in_part(item, last.error());
        if (*last < *first) return in_part(item, {"ends before it begins"});
        for (auto id = *first; id <= *last; ++id) {
            ids.push_back(id);
            if (ids.size() > shard_count_max) return Refusal{"names more shards than there are"};
        }
        return std::nullopt;
    });
    if (refusal) return std::move(*refusal);
    const auto named = ids.size();
    ShardSet listed(std::move(ids));
    if (listed.size() < named) return Refusal{"names a shard twice"};
    return ShardChoice{.listed = std::move(listed)};
}

Parsed<std::int32_t> parse_shard_offset(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    const auto number = parse_number(text.substr(is_negative ? 1 : 0), 0, highest);
    if (!number) return number.error();
    const auto offset = static_cast<std::int32_t>(*number);
    return is_negative ? -offset : offset;
}

Parsed<std::uint32_t> ordinal_of(std::string_view host_name) {
    const auto label = host_name.substr(0, host_name.find('.'));
    const auto dash = label.rfind('-');
    if (dash == std::string_view::npos || dash + 1 == label.size()) {
        return Refusal{"does not end in a dash and a number"};
    }
    const auto digits = label.substr(dash + 1);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return Refusal{"does not end in a dash and a number"};
    }
    // Hosts are numbered with leading zeros at times.
    const auto zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    const auto number = parse_shard(digits.substr(zeros));
    if (!number) return Refusal{"ends in a number that " + number.error().why};
    return *number;
}

Parsed<ShardSet> shift(const ShardSet& shards, std::int32_t offset) {
    std::vector<std::uint32_t> ids;
    for (const auto id : shards) {
        const auto shifted = std::int64_t{id} + offset;
        if (shifted < 0 || shifted > highest) {
            return Refusal{"with shard.offset " + std::to_string(offset) + " makes shard " +
                           std::to_string(shifted)};
        }
        ids.push_back(static_cast<std::uint32_t>(shifted));
    }
    return ShardSet(std::move(ids));
}

}  // namespace conduitd::settings
