#pragma once

#include "base/time.hpp"
#include "base/url.hpp"
#include "eventsub/dedupe.hpp"
#include "eventsub/session.hpp"
#include "helix/client.hpp"
#include "worker/claim_check.hpp"
#include "worker/conduit_steps.hpp"
#include "worker/gap.hpp"
#include "worker/look_plan.hpp"
#include "worker/missing_conduit.hpp"
#include "worker/redial.hpp"
#include "worker/refused_claims.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace conduitd {

// The time budget of a handover. Twitch gives a fresh session ten seconds until it is used (4003,
// EventSub WebSocket guide; the message reference names the keepalive timeout instead, so ten is
// the safe reading) and closes the old one thirty seconds after session_reconnect (4004).
struct HandoverOptions {
    // A claim: attempts of 2.5 s, none started later than 7 s after the welcome. Rejections and
    // failures are asked again with exponential backoff and full jitter, from 250 ms to 2 s.
    Duration claim_attempt_timeout = std::chrono::milliseconds(2500);
    Duration claim_window = std::chrono::seconds(7);
    // A confirmation of a binding that carried over is asked for again after this, doubling.
    Duration confirm_retry_min = std::chrono::seconds(5);
    Duration confirm_retry_max = std::chrono::seconds(30);
    // From session_reconnect: until here the given URL is dialled, then a fresh session is.
    Duration plan_b_after = std::chrono::seconds(10);
    Duration reconnect_retry_delay = std::chrono::milliseconds(500);
    // Until here it is dialled beside plan B, as long as that leads nowhere either.
    Duration url_patience = std::chrono::seconds(20);
    Duration url_retry_delay = std::chrono::seconds(2);
    // So many URLs of one move are dialled, if Twitch orders it again and again; then plan B
    // begins.
    unsigned orders_max = 4;
    // The old session is read until it has been quiet for so long, but not beyond the limit.
    Duration linger_quiet = std::chrono::seconds(2);
    Duration linger_max = std::chrono::seconds(25);
    // One that was told to move, where shards were refused to the new one: Twitch closes it before.
    Duration linger_refused = std::chrono::minutes(1);
    // From session_reconnect: we close it before Twitch does, unless another has only just taken
    // over.
    Duration linger_after_order = std::chrono::seconds(28);
    // While no session is bound, so many whose claims were not answered are read on; the oldest
    // ones are closed.
    std::size_t unproven_max = 4;
    // What comes so soon after another session took over may have been sent before: a close frame,
    // or the last message before a cut.
    Duration close_frame_way = std::chrono::seconds(1);
    // While a claim of the old session that was not answered may still be on its way, it is read
    // as long as a first look may take when all is well.
    Duration linger_unanswered = std::chrono::seconds(7);
    // What the new session brings waits until the old one has been quiet for so long, so that the
    // order in which Twitch wrote holds across the handover, whatever backlog the old one has: it
    // is read for linger_max at most. Where the new one brings messages although its claim was
    // never answered, they wait for hold_unanswered. What is held is bounded: beyond that it goes
    // out at once, and only the order suffers.
    Duration hold_quiet = std::chrono::milliseconds(100);
    Duration hold_unanswered = std::chrono::seconds(2);
    std::size_t hold_bytes_max = 64 * 1024 * 1024;
};

// Which shards a worker has, and when it takes what others had.
struct HomeOptions {
    // A shard that died less than this ago is left to its owner, who needs a dial and a claim.
    Duration grace = std::chrono::seconds(5);
    // A listing that fails is read again with exponential backoff and full jitter.
    Duration survey_retry_min = std::chrono::seconds(1);
    Duration survey_retry_max = std::chrono::seconds(30);
    // A claim for a shard that was chosen rests on a listing of at most this age.
    Duration listing_age_max = std::chrono::seconds(1);
    // To read it again may take so long, with many pages. Twitch closes a session that is not
    // claimed within ten seconds, so the pages that are left then count as unchanged.
    Duration choice_check_max = std::chrono::seconds(3);
    // A session that took a shard of ours and ends so soon afterwards may have been dead when it
    // did: that of a process before this one, whose claim came late. Twitch notices a silent death
    // after about a minute (observed).
    Duration successor_proof = std::chrono::minutes(2);
    // Who was given a shard up to, and carries others too, is not relieved of it for so long.
    Duration owner_time = std::chrono::minutes(2);
    // One that takes any shard may choose a configured one at the moment its owner starts, and
    // claim it last. So long after its first claim the owner claims it once more, and the other
    // one, which looks, takes another.
    Duration start_contest = std::chrono::seconds(10);
    // What a host keeps is claimed back so often in a period; then the host counts as its owner.
    unsigned claims_back_max = 3;
    Duration claim_back_period = std::chrono::minutes(10);
    // Shards of others that are dead are bound to our session until somebody claims them. Where a
    // listing is long, so many of its pages are read again for it; the rest wait for the next.
    bool adopts = true;
    std::size_t adopted_pages_max = 8;
    // At a planned stop the shards are left to another worker's session, if there is one. Our own
    // are read until they have been quiet (HandoverOptions), but not into the time that closing
    // them takes before WorkerOptions::stop_limit. While messages come that cannot have been on
    // their way any more, the listing is read again once in a park_look_period.
    bool parks = true;
    Duration park_attempt_timeout = std::chrono::seconds(2);
    Duration park_on_their_way = std::chrono::milliseconds(500);
    Duration park_look_period = std::chrono::seconds(1);
    Duration park_close_time = std::chrono::milliseconds(1500);
    std::size_t park_hosts_max = 8;  // are tried
    unsigned park_looks_max = 2;     // that fail, each after attempts of its own
};

// What the process had that this one takes over from, and leaves to it once it is claimed.
struct TakenOver {
    ShardSet home;    // none: it stood by
    ShardSet guests;  // of others, at its session
};

struct WorkerOptions {
    HelixOptions helix;
    Url eventsub_url;
    ConduitWish conduit;
    std::map<std::string, std::string> remembered_conduits;  // by client id
    SearchOptions search;
    MissingConduitOptions missing_conduit;
    SessionOptions session;
    DedupeOptions dedupe;
    // The shard has had no session since a process before this one ended. Told once it has one.
    std::optional<Gap> gap_before;
    // That process had left its shards to another worker: the listing is read before they are
    // claimed back, and tells what that one has kept.
    bool was_parked = false;
    // Instead of what is configured: nothing is claimed before on_holder_ready().
    std::optional<TakenOver> take_over;
    // Where that process died: how many sessions the conduit had. A whole machine may have died,
    // and starts again: a worker waits for up to start_spread for each of the others.
    std::size_t fleet_before = 1;
    Duration start_spread = std::chrono::milliseconds(10);
    Duration start_spread_max = std::chrono::seconds(2);
    // The conduit of that time, if known: where another one is served now, nothing of it is told,
    // and none of its shards preferred.
    std::string conduit_before;
    // The session that the process had when it died, empty if unknown: nobody reads it any more,
    // though Twitch may take a minute to see that where a whole machine went (no FIN came).
    std::string session_before;
    RedialOptions redial;
    HandoverOptions handover;
    RefusedClaimsOptions refused_claims;
    LookOptions look;
    ClaimCheckOptions claim_check;
    HomeOptions home;
    // The conduit is to be subscribed to conduit.shard.disabled, by whoever made it or has shard 0.
    bool ensures_shard_disabled = false;
    // That is looked for again so often, and after a revocation at once, but not sooner than this
    // after the last time.
    Duration subscription_check_period = std::chrono::hours(1);
    Duration subscription_renewal_min = std::chrono::minutes(10);
    // Refused credentials after the first claim end nothing; this often they are read and tried
    // again.
    Duration token_retry = std::chrono::minutes(1);
    // What is read within this after a sleep may have come during it.
    Duration backlog_max = std::chrono::seconds(5);
    // After the order to stop: by then every session is given up, read to its end or not.
    Duration stop_limit = std::chrono::seconds(6);
};

}  // namespace conduitd
