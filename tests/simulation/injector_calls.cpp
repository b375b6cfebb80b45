#include "injector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// Trouble with calls to Helix, and with the claims among them.
namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr const char* helix = "/helix/";
constexpr const char* claims = "/helix/eventsub/conduits/shards";
constexpr const char* conduits = "/helix/eventsub/conduits";
constexpr const char* tokens = "/oauth2/";

}  // namespace

// The first session is lost at once, so that there is a claim.
// The network's doing in half of the seeds, and Twitch's in the others; by dice of its own, which
// leave the rest of a seed as it is.
void Injector::cut(Connection& connection) {
    if (Dice(parts_.plan.model.seed ^ 0xc105'ed00U).chance(50)) {
        parts_.sockets.reset(connection);
    } else if (!connection.session_id.empty()) {
        close(fmt::format(R"("{}")", connection.session_id), 4000);
    }
}

void Injector::cut_behind_claims(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    cut_worker_ = worker;
    cut_until_ = until(dice_.between(20s, 60s));
    const auto open = parts_.sockets.open_connections(process->id());
    if (!open.empty()) cut(*open.back());
}

void Injector::on_claimed(ProcessId process) {
    if (cut_until_ <= parts_.queue.now() || parts_.fleet.worker_of(process) != cut_worker_) return;
    parts_.queue.after(dice_.between(1ms, 80ms), [this, process] {
        const auto open = parts_.sockets.open_connections(process);
        if (!open.empty()) cut(*open.back());
    });
}

// Mostly of claims: they decide where the shard points.
void Injector::disturb_helix(unsigned worker) {
    const auto end = until(dice_.spread(500ms, 40s));
    // Of several shards one after the other may be refused, for as long as it lasts.
    if (parts_.plan.shards_each > 1 && dice_.chance(20)) {
        return trouble_calls(HelixTrouble::entries_refused, claims, 500, end);
    }
    const auto kind = dice_.below(100);
    if (kind < 8) return delay_claim(worker, end);
    if (kind < 12) return lose_claim(worker);
    const auto what = static_cast<HelixTrouble>(dice_.below(helix_troubles));
    const bool is_of_claims = what == HelixTrouble::entries_refused ||
                              what == HelixTrouble::elsewhere || dice_.chance(75);
    const auto* const path = is_of_claims ? claims : helix;
    // Now and then for as long as it lasts.
    const auto count = dice_.chance(15) ? 500U : static_cast<unsigned>(dice_.between(1, 4));
    trouble_calls(what, path, count, end);
    if (!dice_.chance(10)) return;
    trouble_calls(HelixTrouble::server_error, tokens, dice_.chance(30) ? 500 : 2, end);
    if (dice_.chance(50)) disturb_twitch(FaultKind::tokens_revoked);
}

// A move whose claim takes effect behind those that follow it. That matters when one of these is
// for another session, which a refusal sees to.
void Injector::delay_claim(unsigned worker, TimePoint end) {
    trouble_calls(HelixTrouble::late, claims, 1, end);
    trouble_calls(HelixTrouble::entries_refused, claims, 1, end);
    order(FaultKind::reconnect, worker);
}

// A false alarm, for a worker that slept: it replaces a session that speaks again. The claim of the
// replacement takes the shard and is not answered, and the next one is refused.
void Injector::lose_claim(unsigned worker) {
    const auto length =
        std::min<Duration>(parts_.plan.model.keepalive_default + dice_.between(1s, 8s), 33s);
    const auto end = until(length + 10s);
    trouble_calls(HelixTrouble::lost_after, claims, 1, end);
    trouble_calls(HelixTrouble::endpoint_limited, claims, 1, end);
    parts_.fleet.suspend(worker, length, WorkerProcess::First::timers);
}

// A worker whose token is refused tries its credentials again every minute: some last longer.
void Injector::refuse_credentials(TimePoint end) {
    if (dice_.chance(35)) {
        parts_.http.faults().refuse(401, helix, end);
        return;
    }
    parts_.http.faults().refuse(dice_.chance(50) ? 401 : 403, tokens, end);
    // Else a token that is there goes on to serve, until it is to be renewed.
    if (dice_.chance(75)) disturb_twitch(FaultKind::tokens_revoked);
}

void Injector::disturb_start() {
    constexpr std::array troubles = {HelixTrouble::lost_before,        HelixTrouble::lost_after,
                                     HelixTrouble::server_error,       HelixTrouble::slow,
                                     HelixTrouble::error_after_effect, HelixTrouble::not_json};
    const auto what = troubles[dice_.below(troubles.size())];
    if (dice_.chance(40)) trouble_calls(what, tokens, 1, until(20s));
    if (dice_.chance(60)) trouble_calls(what, conduits, 2, until(20s));
    if (dice_.chance(10)) refuse_credentials(until(dice_.spread(500ms, 20s)));
    // The first call lists, the second creates where there is none.
    if (dice_.chance(50)) {
        trouble_calls(HelixTrouble::slow, conduits, 1, until(20s));
        trouble_calls(HelixTrouble::lost_after, conduits, 1, until(20s));
    }
}

void Injector::trouble_calls(HelixTrouble what, const char* path, unsigned count, TimePoint end) {
    parts_.totals.troubles[static_cast<std::size_t>(what)] += count;
    parts_.trace.add("fault", "{} calls of {}: {}", count, path, name_of(what));
    parts_.http.faults().trouble(what, path, count, end);
}

}  // namespace simulation
