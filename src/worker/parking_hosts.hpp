#pragma once

#include "base/shard_set.hpp"
#include "worker/listing.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conduitd {

// To whose sessions a worker that stops can leave its shards. Others may stop at the same moment,
// and a shard that is left to one of them is soon without a session again: who is leaving too shows
// from one listing to the next, for it gives away what it had.
class ParkingHosts {
public:
    // Takes each listing that is read during the stop. `own` are our sessions.
    void on_listing(const Listing& listing, const std::deque<std::string>& own);

    // One that did not take a shard is not asked again.
    void on_refused(std::string session_id) { refused_.insert(std::move(session_id)); }
    [[nodiscard]] std::size_t refused() const { return refused_.size(); }

    // Those of the latest listing that have kept what they had; where there are none, those that
    // have come since, or of which no earlier listing tells.
    [[nodiscard]] const std::vector<std::string>& sessions() const { return sessions_; }

private:
    [[nodiscard]] bool may_keep(std::string_view session_id,
                                const std::deque<std::string>& own) const;
    void note_leaving(const Listing& listing, const std::deque<std::string>& own);

    std::map<std::string, ShardSet, std::less<>> carried_;  // by the listing before
    std::set<std::string, std::less<>> leaving_;
    std::set<std::string, std::less<>> refused_;
    std::vector<std::string> sessions_;
};

}  // namespace conduitd
