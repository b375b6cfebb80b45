#pragma once

#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/request.hpp"

namespace twitch_sim {

struct World;

// Everything under /sim/: what a test looks at and orders. Twitch has nothing like it, hence a path
// of its own. JSON in and out; parameters may come in the query as well; what is wrong with a
// request is said in its 400.
[[nodiscard]] HttpAnswer on_admin_call(World& world, const HttpCall& call, const Target& target,
                                       TimePoint now);

// An admin call whose parameters were read.
struct AdminCall {
    const Parameters& parameters;
    TimePoint now;
};

// GET /sim/state: conduits, shards, sessions, tokens, counters, the latest Helix calls.
[[nodiscard]] HttpAnswer show_state(World& world, const AdminCall& call);

// GET /sim/ledger: {"sent":…,"entries":[…]}; with ?format=ids the ids of the sent messages as text,
// one a line, in the order written.
[[nodiscard]] HttpAnswer show_ledger(World& world, const AdminCall& call);

// POST /sim/emit: events now. {"type","count","broadcaster_user_id","text","pad_bytes"}, or
// {"duplicate_of": id}, or {"raw": frame, "session"}.
[[nodiscard]] HttpAnswer emit(World& world, const AdminCall& call);

// POST /sim/generator {"rate","events_max"}: starts over; rate 0 stops.
[[nodiscard]] HttpAnswer set_generator(World& world, const AdminCall& call);

// Orders to sessions: the one of "session", or all that are connected. The answer lists them.
// POST /sim/reconnect {"session","url"}.
[[nodiscard]] HttpAnswer order_reconnect(World& world, const AdminCall& call);
// POST /sim/close {"session","code","reason"} or {"session","how":"reset"|"freeze"}.
[[nodiscard]] HttpAnswer close_sessions(World& world, const AdminCall& call);
// POST /sim/mute {"session"}.
[[nodiscard]] HttpAnswer mute_sessions(World& world, const AdminCall& call);

// POST /sim/token {"action":"expire_all"|"revoke_all"}, or {"action":"set_lifetime","seconds"} for
// the tokens to come.
[[nodiscard]] HttpAnswer change_tokens(World& world, const AdminCall& call);

// POST /sim/client {"client_id","client_secret"}: one more client.
[[nodiscard]] HttpAnswer add_client(World& world, const AdminCall& call);

// POST /sim/fault {"match","times","status","body","delay_ms","drop"}; see Fault.
[[nodiscard]] HttpAnswer add_fault(World& world, const AdminCall& call);

}  // namespace twitch_sim
