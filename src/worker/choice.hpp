#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// What a worker has chosen from a listing, until its claim is accepted. Between the two a session
// is dialled, and somebody else may come, or come back: so the pages that have the shards are read
// again where that was a while ago, and what is not as it was is left to whoever has it now.
class Choice {
public:
    // Of `listing`; not empty.
    Choice(const ShardSet& shards, const Listing& listing);

    [[nodiscard]] ShardSet shards() const;
    // Since when nobody has read them, of those that somebody once did, where that is known.
    [[nodiscard]] std::optional<TimePoint> dead_since() const;
    // Nobody reads some of them, and somebody once did.
    [[nodiscard]] bool has_dead() const;
    // A page that has some of them: the first.
    [[nodiscard]] const Listing::Page& page() const { return pages_.front(); }
    // When what is known of them was asked for: the first page of the listing, or of the check.
    [[nodiscard]] TimePoint asked_at() const { return asked_at_; }

    // The pages are read one after another: begin_check(), then on_page() for each one that
    // next_cursor() names, until it names none.
    void begin_check();
    [[nodiscard]] std::optional<std::string_view> next_cursor() const;
    void on_page(const ShardPage& page, TimePoint asked_at,
                 const std::function<bool(const std::string&)>& is_own);
    // Of the shards what is somebody else's by now. They are no longer chosen.
    [[nodiscard]] ShardSet take_lost();

private:
    struct Stand {
        bool is_free;
        bool is_listed;
        std::optional<TimePoint> dead_since;
        std::string session_id;  // that it points at; of a free one it does not count
        bool is_guest;           // others of that session are there too, all on the same page
        std::size_t page;        // of pages_
    };
    std::map<std::uint32_t, Stand> stands_;
    std::vector<Listing::Page> pages_;
    TimePoint asked_at_;
    std::size_t next_page_ = 0;
    ShardSet lost_;
};

}  // namespace conduitd
