#pragma once

#include "base/backoff.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "eventsub/session.hpp"
#include "helix/client.hpp"
#include "worker/actions.hpp"
#include "worker/handover.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

enum class LinkState {
    dialing,           // no upgrade yet
    awaiting_welcome,  // upgraded
    claiming,          // welcomed; the shard does not point at it yet, as far as we know
    bound,             // the shard points at it
    leaving,           // another session has taken over; read until it is quiet
    closing,           // our close frame is sent; read until its end
};

enum class LinkOrigin {
    fresh,      // dialled at the base URL: a session of its own
    reconnect,  // dialled at a reconnect_url: continues the session that was told to move
};

// A message that came on a successor before its predecessor was read out.
struct HeldFrame {
    std::string message_id;
    std::string frame;
    TimePoint received_at;
};

// One session of the worker, from its dial to its end, with what the worker remembers of it.
struct Link {
    SessionKey key{};
    LinkOrigin origin{};
    LinkState state = LinkState::dialing;
    TimePoint dialed_at{};
    std::optional<Session> session;  // from the upgrade on

    TimePoint welcomed_at{};
    TimePoint bound_at{};
    TimePoint left_at{};  // when another took over
    TimePoint last_data_at = TimePoint::min();
    TimePoint data_proof_at =
        TimePoint::min();            // Twitch wrote the shard's messages to it until then
    TimePoint proof_at{};            // all that Twitch had written to it by then has been read
    bool is_silent = false;          // the keepalive watchdog barked; until the next frame
    bool is_to_be_replaced = false;  // in doubt for a reason that its next frame does not settle
    TimePoint continued_at = never;  // Twitch had moved its session on to a later one by then
    // Of one at a reconnect URL: which URL, of those that were followed, the id of the session that
    // was told to move, and until when that had not been moved here.
    std::uint32_t url_number = 0;
    std::string moved_id;
    TimePoint unmoved_until = TimePoint::min();
    bool is_unused = false;  // its URL, which serves once, has served another one

    std::optional<std::string> next_url;  // told to move before it was bound, at told_to_move_at
    TimePoint told_to_move_at{};
    TimePoint ends_by = never;  // told to move: Twitch closes it soon after

    bool wants_claim = false;  // a claim is to be sent at claim_at
    TimePoint claim_at = never;
    bool may_have_guests = false;  // it was left, and the listing has not been read since
    ShardSet guests;               // when it was left, as the listing before had it
    ShardSet unclaimed;            // of the round of claims that is under way; empty between two
    TimePoint round_began_at{};
    bool may_be_bound = false;   // a claim of its id was not answered, and may have taken effect
    unsigned claims_failed = 0;  // in a row
    Backoff claim_backoff{std::chrono::milliseconds(250), std::chrono::seconds(2)};

    std::optional<SessionKey> predecessor;  // whose messages go first while it is read
    std::vector<HeldFrame> held;
    std::size_t held_bytes = 0;

    Tally tally;

    std::optional<Departure> departure;  // once a handover from this session has begun

    [[nodiscard]] bool is_open() const { return session.has_value(); }
    [[nodiscard]] bool is_welcomed() const { return state >= LinkState::claiming; }
    // Twitch has moved the session here that was told to move.
    [[nodiscard]] bool continues_moved() const {
        return origin == LinkOrigin::reconnect && session && session->id() == moved_id;
    }
    [[nodiscard]] bool is_continued() const { return continued_at != never; }
};

}  // namespace conduitd
