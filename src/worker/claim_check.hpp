#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "helix/client.hpp"
#include "worker/listing.hpp"
#include "worker/shard_look.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace conduitd {

struct ClaimCheckOptions {
    // What was read, or proven, so long ago at most is not read again: a shard that somebody else
    // claims within this time may be taken back.
    Duration age_max = std::chrono::seconds(5);
    // No claim waits longer for what is being read: while another session is still read, which
    // loses nothing (Twitch gives the new one ten seconds), and while none is.
    Duration wait_max = std::chrono::seconds(1);
    Duration wait_max_unread = std::chrono::milliseconds(250);
};

// Where the shards are is read before they are claimed again. Twitch tells nobody that somebody
// else has claimed a shard of his, and the last claim wins: one that is made blindly, after a
// reconnect or a loss, takes the shard back from its new owner for good. The page that had the
// shards is read while the session for them is dialled, so that the claim has nothing to wait for.
//
//         begin()                      the shards are seen
//    idle --------> reading ----------------------------------------> read
//     ^               |                                                |
//     |<--------------+ took longer than age_max, no claim waits       |
//     |               |                                                |
//     |               | failed, took longer than age_max, or a claim   |
//     |               | has waited long enough                         |
//     |               v             pass(): another look has told      | age_max later
//     |             passed <----------------------------- any          |
//     |               | age_max later                                  |
//     +---------------+------------------------------------------------+
//
// What was read is judged by the claim that it was read for. Where nothing could be read the claim
// is made: that loses nothing.
class ClaimCheck {
public:
    enum class State {
        idle,     // nothing is known, or it is too old
        reading,  // a page has been asked for
        read,     // listing() has the shards
        passed,   // a claim may be made as it is
    };

    explicit ClaimCheck(ClaimCheckOptions options) : options_(options) {}

    [[nodiscard]] State state(TimePoint now) const;

    // Precondition: not reading, and `shards` not empty. The caller asks for the first page.
    void begin(ShardSet shards, ShardLook::From from, TimePoint now);
    void on_asked(CallId call) { call_ = call; }
    // That of the page under way, while reading.
    [[nodiscard]] std::optional<CallId> call() const { return call_; }
    // Takes the answer to it. The cursor of the page that is to be asked for next, if one is.
    [[nodiscard]] std::optional<std::string> on_page(const Completion& completion, TimePoint now);

    // While reading: a claim waits for it, for so long at most. The shortest wait counts.
    void await(Duration wait_max, TimePoint now);
    // When to call give_up(); `never` while no claim waits.
    [[nodiscard]] TimePoint deadline() const { return give_up_at_; }
    // The session that it was read for has ended: it is read on for the next.
    void stop_waiting() { give_up_at_ = never; }
    // Another session is dialled: it is not claimed unread because one before was.
    void end_pass() {
        if (state_ == State::passed) state_ = State::idle;
    }
    // Answers with the call that nobody waits for any more.
    std::optional<CallId> give_up(TimePoint now);
    // The shards have been looked for otherwise: what is claimed now is claimed for that.
    void pass(TimePoint now);
    std::optional<CallId> forget();

    // Of the shards alone, and when it was asked for. Precondition: read.
    [[nodiscard]] const Listing& listing() const { return listing_; }
    [[nodiscard]] TimePoint asked_at() const { return since_; }

private:
    ClaimCheckOptions options_;
    State state_ = State::idle;
    TimePoint since_{};  // what is known was asked for, or passed
    TimePoint give_up_at_ = never;
    std::optional<ShardLook> pages_;
    std::optional<CallId> call_;
    Listing listing_;
};

}  // namespace conduitd
