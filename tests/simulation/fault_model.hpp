#pragma once

#include "base/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

// What can go wrong in a run, and what cannot.
//
// A run is *planned* or *faulty*. A planned one has only what happens on a good day: Twitch orders
// sessions to move, one at a time, all at once or by a timer of its own, operators rotate them, and
// messages take up to `planned_delay_max`. A move keeps the session's id in some runs and changes
// it in others; tokens live for a few minutes in some. A faulty one has, besides:
//
//  * Network. A frame takes up to `healthy_delay_max`, a frame of a slow connection up to
//    `slow_delay_max`. Order holds within a connection and nowhere else: what is written later to
//    another connection may arrive earlier. A dial is refused, or never answered. A connection is
//    reset, and what is in flight is gone; or it becomes a black hole: both sides believe it open,
//    nothing passes any more, and no end is ever reported. Now and then nothing answers at a
//    reconnect URL while the base URL is refused for a while; or each session of a worker is reset
//    right behind its claim. No byte changes on its way.
//  * EventSub. Sessions are told to move, again while they move, on the old or on the new one, and
//    all at once; closed with any code; reset without one; frozen; muted (no
//    keepalives); stalled (nothing but pings); refused at the upgrade (429, 503, 500); welcomed
//    late, or dropped right after the welcome. A message is sent twice, within minutes.
//  * Helix. A call or its answer is late, or lost before or after the call took effect; the answer
//    is 401, 429 with and without points left, 5xx (also of a call that took effect), no JSON, or
//    202 with every entry refused, or with a shard that is elsewhere; where a worker has several
//    shards, some entries are taken and the rest refused. For a while every call may fail. Points
//    are few. All tokens are revoked. For a while the credentials are refused, by the token host
//    (401; 403, as with another secret) or by Helix (401 for whatever token), at the start as well
//    as later.
//  * The worker's machine. A process (but not one that may be creating its conduit: the one after
//    it could not tell that from none) crashes, with or without an end of its connections that the
//    other side can see, and is started again; it is suspended and finds much time gone; it is told
//    to stop, now and then a second time while it drains, and started again. Its time of day is off
//    by up to an hour, and jumps by as much.
//
//  * Somebody else. A session that is not of the fleet takes a shard, the first of a worker that
//    has several, at any time or close behind a claim of the worker's, and ends later. What it
//    reads meanwhile is its own consumers'. In some runs the conduit has one shard more, and
//    whoever takes that as well is a host, who keeps the worker's shard until it claims it back.
//    (Not where points are so few that workers look for it less than once a minute.)
//
// Some seeds have a second part, workers that find, make, grow or lose their conduit
// (founding_plan.hpp), or a third, fleets whose shards move (roaming_plan.hpp): what can go wrong
// there stands in those two files.
//
// A consumer takes what is forwarded at once and keeps it: what a crash takes is in the worker.
//
// Not in the model: a Twitch that breaks its own rules (writes to a session that no shard points
// at, changes the order within one), and bytes changed on their way. Nor are the frames and reads
// in which a message comes: a worker is given whole messages, and one of which a part has arrived
// is to it as one that is still on its way, or lost with its connection. Putting parts together is
// io's, and tests/integration does it with every way of cutting them.
namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

inline constexpr Duration planned_delay_max = std::chrono::milliseconds(90);
inline constexpr Duration healthy_delay_max = std::chrono::milliseconds(350);
inline constexpr Duration slow_delay_max = std::chrono::seconds(3);

enum class RunClass { planned, faulty };

enum class FaultKind : std::uint8_t {
    reconnect,              // Twitch tells one session to move
    reconnect_storm,        // all of them at once
    late_welcome,           // to move, and the welcome is as late as plan B
    dead_url,               // to move where nothing answers; nor does the base URL at first
    rotation,               // an operator asks for a fresh session
    close,                  // Twitch closes a session, with a code; now and then while it moves
    server_reset,           // without one
    freeze,                 // Twitch keeps a socket open and neither writes nor reads
    mute,                   // keepalives are swallowed
    stall,                  // keepalives and messages are, pings go on
    network_reset,          // a connection is reset on its way
    black_hole,             // nothing passes any more
    slow,                   // all of a worker's connections, for a while
    dials_refused,          // for a while
    dials_unanswered,       // for a while
    upgrades_refused,       // the next few
    welcomes_delayed,       // the next few
    dropped_after_welcome,  // the next few
    helix_trouble,          // the next few calls; HelixTrouble says which
    tokens_revoked,
    credentials_refused,  // for a while
    duplicate,            // a message is sent again
    crash,
    pause,
    stop,
    stop_at_once,      // told to stop, and again while it drains
    stranger,          // somebody else claims the shard, and leaves later
    cut_behind_claim,  // or closed: each session of a worker, for a while
    clock_jump,        // the time of day of a worker's host, forwards or back
};
inline constexpr std::size_t fault_kinds = 29;

// clang-format off
inline constexpr std::array<std::string_view, fault_kinds> fault_names = {
    "reconnect", "reconnect storm", "late welcome", "dead URL", "rotation", "close", "server reset", "freeze",
    "mute", "stall", "network reset", "black hole", "slow",
    "dials refused", "dials unanswered", "upgrades refused", "welcomes delayed", "dropped after welcome",
    "helix trouble", "tokens revoked", "credentials refused", "duplicate", "crash", "pause",
    "stop", "stop at once", "stranger", "cut behind claim", "clock jump"};
// clang-format on

[[nodiscard]] constexpr std::string_view name_of(FaultKind kind) {
    return fault_names[static_cast<std::size_t>(kind)];
}

// What becomes of an HTTP call. Those up to `late` have no effect at Twitch.
enum class HelixTrouble : std::uint8_t {
    lost_before,         // the connection ends before the call is there
    unauthorized,        // 401
    rate_limited,        // 429, no points left
    endpoint_limited,    // 429 with points left
    server_error,        // 5xx, HTML
    not_json,            // 200
    entries_refused,     // 202, every entry among the errors
    elsewhere,           // 202, the shard is said to be at another session, or disabled
    late,                // takes effect, and is answered, after the caller has given up
    slow,                // answered within the caller's time
    lost_after,          // takes effect, the connection ends before the answer
    error_after_effect,  // takes effect, is answered 500
};
inline constexpr std::size_t helix_troubles = 12;

inline constexpr std::array<std::string_view, helix_troubles> helix_trouble_names = {
    "lost before", "401",      "429 without points", "429 with points",
    "5xx",         "not JSON", "202, refused",       "202, elsewhere",
    "too late",    "slow",     "lost after",         "500, effective"};

[[nodiscard]] constexpr std::string_view name_of(HelixTrouble trouble) {
    return helix_trouble_names[static_cast<std::size_t>(trouble)];
}

}  // namespace simulation
