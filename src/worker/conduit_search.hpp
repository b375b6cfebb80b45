#pragma once

#include "base/backoff.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "helix/api.hpp"
#include "helix/client.hpp"
#include "worker/conduit_steps.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace conduitd {

// Finds the conduit to serve, and creates it or grows it where that is wished for. Without I/O: it
// is told what Helix answered and says what to ask next.
//
// Helix has no way to create a conduit only when there is none, and many workers start at once on
// an account without one. Workers of one host take turns, by a lock: the first creates, the others
// find it. Across hosts each creates one, lets things settle, and lists: all see the same ones, and
// all keep that with the smallest id. So that none is torn from under somebody's sessions, a worker
// deletes nothing but what its own Create Conduits call was answered with, only where another one
// has the smaller id, and only while no shard of it was ever given a transport. Who finds a conduit
// that was never used waits before it takes it: it may be about to be deleted. Creating is not
// idempotent, so an unknown outcome is followed by a listing and never by a second call.
//
// Twitch sends events to a shard from the moment it is made. So one is grown only when there is a
// session that is claimed for what was made right behind it.
//
// What follows a listing, `auto` (L: with the host's lock):
//
//     listed                        | and                         | then
//     ------------------------------+-----------------------------+------------------------------
//     the chosen one, or the id set | too few shards, may grow    | lock; L: a session; then grow,
//                                   |                             | and list again in doubt
//                                   |                             | found, or out of range: 78
//     the id set is not             |                             | 69
//     the remembered one            |                             | it is chosen
//     the remembered one is not     | may not recreate            | 69
//     our own creation              | has the smallest id         | it is chosen
//                                   | has not, never used         | delete it, list again
//                                   | has not, used               | as several
//     none                          |                             | lock; L: create, settle, list
//     one                           | was used, or has settled    | it is chosen
//                                   | never used                  | settle, list again
//     several                       | for less than several_limit | list again
//                                   |                             | 78
//
//                +-------------- pausing <-----------------+
//                v                                         | failed, to settle, several
//     start -> listing -> locking, dialling, creating, growing, inspecting, deleting
//                ^                                         | done
//                +-----------------------------------------+
//
// Protocol: start(); do what the step says, and hand in what came of it; until a step is
// ConduitFound or CannotServe. cancel() ends it earlier.
class ConduitSearch {
public:
    ConduitSearch(ConduitWish wish, SearchOptions options, Random random);

    // What is remembered of the client id, which is known only once there is a token: before each
    // on_answer().
    void recall(const std::string& id) {
        if (id != gone_) wish_.remembered = id;
    }

    // Begins anew. What was found before is remembered.
    [[nodiscard]] SearchStep start();
    [[nodiscard]] SearchStep on_answer(const Completion& completion, TimePoint now);
    // The lock is ours, or is not to be had and things must go on without it.
    [[nodiscard]] SearchStep on_host_locked();
    // There is a session that can be claimed: welcomed, and with most of its time left.
    [[nodiscard]] SearchStep on_session_ready();
    [[nodiscard]] SearchStep on_deadline();
    [[nodiscard]] TimePoint deadline() const;
    void cancel();

    [[nodiscard]] bool wants_session() const { return state_ == State::dialling; }
    // Asked for and not to be given back yet.
    [[nodiscard]] bool wants_host_lock() const { return wants_host_lock_; }

private:
    enum class State {
        idle,
        listing,     // Get Conduits
        locking,     // another worker of the host may be about to create one
        dialling,    // a session comes before there is more for it
        creating,    // Create Conduits
        growing,     // Update Conduits
        inspecting,  // Get Conduit Shards, of one that may never have been used
        deleting,    // Delete Conduit
        pausing,     // the next listing waits
    };
    enum class Inspection {
        of_found,   // the only one: may it be about to be deleted?
        of_our_own  // may it be deleted?
    };

    [[nodiscard]] static bool is_credentials_error(ErrorCode error);
    [[nodiscard]] bool is_auto() const { return wish_.id.empty(); }
    SearchStep list();
    SearchStep await_lock();
    SearchStep pause(Duration length, std::string why, TimePoint now);
    SearchStep settle(Duration length, std::string why, TimePoint now);
    SearchStep retry(std::string why, TimePoint now, TimePoint not_before = TimePoint::min());
    SearchStep refuse(ExitCode code, std::string why);
    SearchStep on_failure(const Completion& completion, TimePoint now);

    SearchStep on_listing(const Completion& completion, TimePoint now);
    SearchStep choose(const std::vector<Conduit>& conduits, TimePoint now);
    SearchStep on_none();
    SearchStep on_single(const Conduit& conduit);
    SearchStep on_several(const std::vector<Conduit>& conduits, TimePoint now);
    SearchStep on_our_own(const std::vector<Conduit>& conduits, TimePoint now);
    SearchStep on_chosen(const Conduit& conduit);
    SearchStep finish(const Conduit& conduit);

    SearchStep create();
    SearchStep on_created(const Completion& completion, TimePoint now);
    SearchStep on_grown(const Completion& completion, TimePoint now);
    SearchStep inspect(const Conduit& conduit, Inspection inspection);
    SearchStep on_shards(const Completion& completion, TimePoint now);
    SearchStep on_used(TimePoint now);
    SearchStep on_unused(TimePoint now);
    SearchStep on_deleted(const Completion& completion, TimePoint now);

    // So often a creation may be refused for the limit of conduits while none is listed.
    static constexpr unsigned limit_hits_max = 3;
    static constexpr unsigned growths_max = 3;
    // Nothing is deleted that is not seen to its end: 20,000 shards, the most a conduit may have,
    // at ten a page. Of one that was found, a part tells enough.
    static constexpr unsigned pages_max = 2000;
    static constexpr unsigned pages_of_found_max = 20;

    ConduitWish wish_;
    SearchOptions options_;
    Random random_;
    Backoff backoff_;

    State state_ = State::idle;
    TimePoint again_at_ = never;
    bool wants_host_lock_ = false;
    bool is_host_locked_ = false;
    bool has_session_ = false;

    std::string chosen_;                   // its id; empty: none yet
    std::string settled_;                  // never used, and still there after a while
    std::string gone_;                     // the remembered one
    std::optional<std::string> our_own_;   // what our Create Conduits call was answered with
    TimePoint our_own_listed_by_ = never;  // later it is given up
    TimePoint several_until_ = never;      // then they are refused
    unsigned limit_hits_ = 0;

    Conduit inspected_;
    Inspection inspection_{};
    unsigned pages_ = 0;

    // Shards before we asked for more, of this conduit; until it is found, and may be across
    // several searches.
    std::optional<std::uint32_t> grown_from_;
    std::string grown_;
    unsigned growths_ = 0;
    std::string growth_refusal_;
};

}  // namespace conduitd
