#include "worker/listing.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace conduitd {
namespace {

// Decimal, without sign or blanks; a larger number than any conduit has for what is none.
std::uint32_t number_of(std::string_view id) {
    std::uint32_t number = 0;
    const auto* const end = id.data() + id.size();
    const auto [rest, failure] = std::from_chars(id.data(), end, number);
    return failure == std::errc() && rest == end ? number : UINT32_MAX;
}

// Of a Date header (RFC 9110).
constexpr Duration clock_step = std::chrono::seconds(1);

// An answer may lack what it should have: of a shard at no session nobody can be the owner.
bool has_transport(const Shard& shard) {
    return !shard.session_id.empty() || !(shard.method.empty() || shard.method == "websocket");
}

}  // namespace

Listing::Listing(std::uint32_t shard_count) : shard_count_(std::min(shard_count, shards_max)) {}

void Listing::add(const ShardPage& shards, std::optional<WallTime> server_time, Page page) {
    const auto asked_at = page.asked_at;
    pages_.push_back(std::move(page));
    for (const auto& shard : shards.shards) {
        const auto number = number_of(shard.id);
        if (number >= shard_count_) continue;
        Place place{.is_enabled = shard.is_enabled() && has_transport(shard),
                    .is_being_verified = shard.is_being_verified(),
                    .status = shard.status,
                    .session_id = shard.session_id,
                    .dead_for = std::nullopt,
                    .died_at = std::nullopt,
                    .page = pages_.size() - 1};
        if (server_time && shard.disconnected_at) {
            place.dead_for = std::max(*server_time - *shard.disconnected_at, Duration::zero());
            // Its clock may be anywhere in the second that it tells.
            place.died_at = asked_at - *place.dead_for - clock_step;
        }
        places_.try_emplace(number, std::move(place));
    }
}

const Listing::Place* Listing::find(std::uint32_t shard) const {
    const auto found = places_.find(shard);
    return found == places_.end() ? nullptr : &found->second;
}

const Listing::Page& Listing::page_of(std::uint32_t shard) const {
    const auto behind = places_.upper_bound(shard);
    return behind == places_.begin() ? pages_.front() : pages_[std::prev(behind)->second.page];
}

TimePoint Listing::asked_at(const ShardSet& shards) const {
    if (shards.empty()) return pages_.front().asked_at;
    auto at = never;
    for (const auto shard : shards) at = std::min(at, page_of(shard).asked_at);
    return at;
}

Listing::Sessions Listing::sessions() const {
    Sessions sessions;
    for (const auto& [number, place] : places_) {
        if (place.is_enabled && !place.session_id.empty())
            sessions[place.session_id].push_back(number);
    }
    return sessions;
}

ShardSet Listing::at(std::string_view session_id) const {
    std::vector<std::uint32_t> shards;
    if (session_id.empty()) return {};
    for (const auto& [number, place] : places_) {
        if (place.session_id == session_id) shards.push_back(number);
    }
    return ShardSet(std::move(shards));
}

ShardSet Listing::unserved() const {
    std::vector<std::uint32_t> shards;
    for (std::uint32_t number = 0; number < shard_count_; ++number) {
        const auto* const place = find(number);
        if (place == nullptr || place->is_free()) shards.push_back(number);
    }
    return ShardSet(std::move(shards));
}

}  // namespace conduitd
