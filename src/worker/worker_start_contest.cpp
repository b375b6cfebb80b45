#include "worker/worker.hpp"

#include <algorithm>

// A worker that takes any shard reads the listing, dials, and claims what was free then. By that
// time its owner, who is configured for it, may have started and claimed it too: whose claim was
// last has it, and neither could know.
namespace conduitd {

// Of what is taken at our start, each once: what was chosen by one who has another to choose. If it
// were left to that one, the other would have no session for long. Where none is free, it does not
// matter who of us stands by. A webhook chooses nothing.
ShardSet Worker::contested(const HomeStanding& standing, const Listing& listing,
                           TimePoint now) const {
    if (is_auto() || standing.taken.empty() || now >= contest_ends_at_) return {};
    auto free = listing.unserved();
    free.erase(options_.conduit.shards);
    if (free.empty()) return {};
    auto shards = standing.taken;
    shards.erase(claimed_once_more_);
    for (const auto shard : standing.taken) {
        if (listing.find(shard)->session_id.empty()) shards.erase({shard});
    }
    return shards;
}

// Whoever is configured for it as well does the same: the last of them has it. It counts as one
// that is claimed back.
void Worker::claim_once_more(Link& bound, const ShardSet& shards, const Listing& listing,
                             TimePoint now) {
    claimed_once_more_.insert(shards);
    for (const auto shard : shards) contenders_.push_back(holder_of(listing, shard));
    note_claim_back(now);
    claim_check_.pass(now);
    log_.info("somebody else has chosen the shard at our start: claiming it once more",
              {{"shard", shards.text()}, {"session", bound.session->id()}});
    want_claim(bound, now);
}

// Whoever was in the contest may be configured for the shard, and have guests by now: he is no host
// that keeps it for us, and would claim it back in turn.
bool Worker::is_contender(const std::string& session_id, TimePoint now) const {
    return now < contest_ends_at_ + options_.home.owner_time &&
           std::ranges::count(contenders_, session_id) > 0;
}

}  // namespace conduitd
