#include "worker/worker.hpp"

// A worker that takes any shard reads the listing, dials, and claims what was free then. By that
// time its owner, who is configured for it, may have started and claimed it too: whose claim was
// last has it, and neither could know.
namespace conduitd {

// At our start, and by one who has another to choose: if the shard were left to it, that other one
// would have no session for long. Where none is free, it does not matter who of us stands by.
bool Worker::is_contested(const HomeStanding& standing, const Listing& listing,
                          TimePoint now) const {
    if (is_auto() || standing.taken.empty() || now >= contest_ends_at_) return false;
    auto free = listing.unserved();
    free.erase(options_.conduit.shards);
    const auto* const place = listing.find(standing.taken.lowest());
    return !free.empty() && place != nullptr && !place->session_id.empty();
}

// Whoever is configured for it as well does the same: the last of them has it.
void Worker::claim_once_more(Link& bound, const HomeStanding& standing, TimePoint now) {
    contest_ends_at_ = TimePoint::min();
    claim_check_.pass(now);
    log_.info("somebody else has chosen the shard at our start: claiming it once more",
              {{"shard", standing.taken.text()}, {"session", bound.session->id()}});
    want_claim(bound, now);
}

}  // namespace conduitd
