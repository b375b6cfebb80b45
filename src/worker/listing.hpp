#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "helix/api.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// Where the shards of a conduit point, as Get Conduits and all pages of Get Conduit Shards told.
//
// A shard that never had a transport may be left out of the pages (observed), so one that is not
// found is free. One whose number is not below the conduit's count is passed over: shards have
// stayed listed, and enabled, when their conduit was made smaller (observed in 2024).
class Listing {
public:
    struct Place {
        bool is_enabled = false;
        bool is_being_verified = false;  // a webhook
        std::string status;
        std::string session_id;  // alive or not; empty for a webhook
        // Since its session ended, if that is known: at least for so long, by the server's own
        // clock, which tells seconds.
        std::optional<Duration> dead_for;
        // Likewise: not before this, by ours. What has been missing since then may be told.
        std::optional<TimePoint> died_at;
        std::size_t page = 0;

        // Nobody reads it, or is about to.
        [[nodiscard]] bool is_free() const { return !is_enabled && !is_being_verified; }
    };

    // How a part of it was asked for, and can be again.
    struct Page {
        std::string cursor;  // empty for the first
        TimePoint asked_at;
    };

    // A larger count than a conduit can have is cut.
    explicit Listing(std::uint32_t shard_count = 0);
    static constexpr std::uint32_t shards_max = 20'000;  // Conduit guide

    // `server_time` is that of the answer. At least one page.
    void add(const ShardPage& shards, std::optional<WallTime> server_time, Page page);

    [[nodiscard]] std::uint32_t shard_count() const { return shard_count_; }
    [[nodiscard]] std::size_t pages() const { return pages_.size(); }  // each cost a point

    // Null for one that never had a transport.
    [[nodiscard]] const Place* find(std::uint32_t shard) const;

    // The page that has the shard, or would have it.
    [[nodiscard]] const Page& page_of(std::uint32_t shard) const;

    // It has this shard, or one behind it.
    [[nodiscard]] bool reaches(std::uint32_t shard) const {
        return places_.lower_bound(shard) != places_.end();
    }

    // When the first of the pages was asked for that have the shards; of none: of all.
    [[nodiscard]] TimePoint asked_at(const ShardSet& shards) const;

    // What points at the session, enabled or not.
    [[nodiscard]] ShardSet at(std::string_view session_id) const;
    // What nobody reads: never bound, or not enabled, nor a webhook's that is being verified.
    [[nodiscard]] ShardSet unserved() const;
    // The live sessions, each with the enabled shards that point at it, in ascending order. Views
    // of this listing.
    using Sessions = std::map<std::string_view, std::vector<std::uint32_t>>;
    [[nodiscard]] Sessions sessions() const;

private:
    std::uint32_t shard_count_;
    std::vector<Page> pages_;
    std::map<std::uint32_t, Place> places_;
};

}  // namespace conduitd
