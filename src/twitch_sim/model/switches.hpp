#pragma once

#include "base/time.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace twitch_sim {

using conduitd::Duration;
using conduitd::TimePoint;
using conduitd::WallTime;

// Where what is known of Twitch (its documentation, captured frames, reports of operators) says
// nothing, or two things: each behaviour can be had both ways, the more likely one by default. A
// client should be right in all of them.
struct Switches {
    // Shards removed by a smaller shard count go from the listing | stay listed as they are (an
    // open defect report of 2024).
    enum class Shrink { remove, leave_listed } shrink = Shrink::remove;

    // Shards that never had a transport are left out of the listing (observed) | listed.
    enum class UnboundShards { omitted, listed } unbound_shards = UnboundShards::omitted;

    // `errors` of Update Conduit Shards when nothing failed: [] | not there | null.
    enum class ClaimErrors { empty, absent, null } claim_errors = ClaimErrors::empty;

    // `errors[].code` of a session that is not connected: as for every other refusal (the example
    // of the API reference) | the status its shard would have (a client library's model of it).
    enum class DeadSessionCode {
        invalid_parameter,
        status_name
    } dead_session_code = DeadSessionCode::invalid_parameter;

    Duration entry_gap{};  // between the entries of one Update Conduit Shards taking effect

    // Times of WebSocket transports in Helix answers: captured answers | the API reference.
    enum class HelixTimestamps { seconds, nanoseconds } helix_timestamps = HelixTimestamps::seconds;

    // A connection that broke without FIN is noticed so much later (about a minute was reported).
    Duration loss_noticed_after = std::chrono::seconds(60);

    // 4003 for a session not used within: the fixed limit (EventSub WebSocket guide) | its own
    // keepalive time (message reference).
    enum class UnusedAfter { limit, keepalive } unused_after = UnusedAfter::limit;

    // A client's ping: libraries send them unharmed | 4001, as the guide reads.
    enum class ClientPing { tolerated, closed } client_ping = ClientPing::tolerated;

    // Of our pings: by turns | never | always.
    enum class PingPayload { alternating, empty, text } ping_payload = PingPayload::alternating;
    Duration ping_period = std::chrono::seconds(5);  // 0: none

    // `&`, `<` and `>` in strings: \u0026, \u003c, \u003e (seen for `&`) | as they are.
    enum class Escapes { escaped, plain } escapes = Escapes::escaped;

    // An event whose shard is disabled: one resend to another shard (conduit guide) | dropped (an
    // operator's report).
    enum class Resend { once, none } resend = Resend::once;

    // Reconnect URLs: with a path, as real ones | without, as in the guide's example.
    enum class ReconnectPath { path, none } reconnect_path = ReconnectPath::path;

    std::optional<Duration> reconnect_after;  // session_reconnect so long after each welcome

    // For so long after N's welcome O still gets what is sent, as if it had been queued for it.
    Duration overlap{};

    // The session keeps its id in a reconnect (observed) | N gets a session of its own and the
    // shard stays with O (Twitch's command-line mock).
    enum class ReconnectId { same, fresh } reconnect_id = ReconnectId::same;
};

// One of them, by name.
struct Switch {
    std::string_view name;    // "claim_errors"
    std::string_view values;  // "empty|absent|null"; empty: a number of seconds
    double seconds_min, seconds_max;
    std::string_view about;  // what it decides, for --help
    // The value is one of `values`, or a number between the limits; false when it is not.
    bool (*set)(const Switch& self, Switches& switches, std::string_view value);
    std::string (*show)(const Switch& self, const Switches& switches);
};

[[nodiscard]] std::span<const Switch> all_switches();
[[nodiscard]] const Switch* find_switch(std::string_view name);  // null when there is none

// "`empty`, `absent` or `null`", "a number of seconds from 0 to 60".
[[nodiscard]] std::string describe_values(const Switch& one);

}  // namespace twitch_sim
