#include "worker/choice.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

bool is_free(const Listing::Place* place) {
    return place == nullptr || place->is_free();
}

std::optional<TimePoint> died_at(const Listing::Place* place) {
    if (place == nullptr || place->is_enabled) return std::nullopt;
    return place->died_at;
}

// Its host has others, and all of them are on this page.
bool is_guest_on_page(const Listing& listing, std::uint32_t shard) {
    if (is_free(listing.find(shard))) return false;
    const auto carried = listing.at(listing.find(shard)->session_id);
    return carried.size() > 1 && std::ranges::all_of(carried, [&](std::uint32_t other) {
               return listing.page_of(other).cursor == listing.page_of(shard).cursor;
           });
}

}  // namespace

Choice::Choice(const ShardSet& shards, const Listing& listing) {
    for (const auto shard : shards) {
        const auto& page = listing.page_of(shard);
        if (pages_.empty() || pages_.back().cursor != page.cursor) pages_.push_back(page);
        const auto* const place = listing.find(shard);
        stands_.emplace(shard, Stand{is_free(place), place != nullptr, died_at(place),
                                     place == nullptr ? "" : place->session_id,
                                     is_guest_on_page(listing, shard), pages_.size() - 1});
    }
    asked_at_ = pages_.front().asked_at;
    next_page_ = pages_.size();
}

ShardSet Choice::shards() const {
    std::vector<std::uint32_t> shards;
    for (const auto& entry : stands_) shards.push_back(entry.first);
    return ShardSet(std::move(shards));
}

std::optional<TimePoint> Choice::dead_since() const {
    std::optional<TimePoint> since;
    for (const auto& [shard, stand] : stands_) {
        if (stand.dead_since) since = std::min(*stand.dead_since, since.value_or(never));
    }
    return since;
}

bool Choice::has_dead() const {
    return std::ranges::any_of(
        stands_, [](const auto& entry) { return entry.second.is_free && entry.second.is_listed; });
}

void Choice::begin_check() {
    next_page_ = 0;
}

std::optional<std::string_view> Choice::next_cursor() const {
    if (next_page_ == pages_.size()) return std::nullopt;
    return pages_[next_page_].cursor;
}

// Where others were bound meanwhile that had not been listed, the page ends earlier: of what it had
// before nothing is known behind its end. What it never had stays free, or the last of a page that
// is not the last one could never be claimed.
void Choice::on_page(const ShardPage& page, TimePoint asked_at,
                     const std::function<bool(const std::string&)>& is_own) {
    Listing listing(Listing::shards_max);
    listing.add(page, std::nullopt, {page.cursor, asked_at});
    for (const auto& [shard, stand] : stands_) {
        if (stand.page != next_page_) continue;
        const auto* const place = listing.find(shard);
        const bool is_known = !stand.is_listed || page.cursor.empty() || listing.reaches(shard);
        const bool is_ours = place != nullptr && is_own(place->session_id);
        const bool is_same = is_free(place)
                                 ? stand.is_free
                                 : !stand.is_free && stand.session_id == place->session_id;
        // Its host has no other any more, and keeps this one for its own.
        const bool is_left_alone =
            stand.is_guest && is_same && listing.at(stand.session_id).size() == 1;
        if (!is_ours && (!is_known || !is_same || is_left_alone)) lost_.insert({shard});
    }
    if (next_page_++ == 0) asked_at_ = asked_at;
}

ShardSet Choice::take_lost() {
    for (const auto shard : lost_) stands_.erase(shard);
    return std::exchange(lost_, {});
}

}  // namespace conduitd
