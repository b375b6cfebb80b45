#include "fleet.hpp"
#include "twitch_sim/model/world.hpp"
#include "worker/look_pace.hpp"

#include <fmt/format.h>

#include <algorithm>

// Where the shards are, at Twitch and in the workers' own words.
namespace simulation {

using namespace std::chrono_literals;

namespace {

TimePoint after(TimePoint at, Duration time) {
    return at == TimePoint::min() ? at : at + time;
}

}  // namespace

unsigned Fleet::shard_count() const {
    return parts_.plan.shard_count();
}

unsigned Fleet::first_shard(unsigned worker) const {
    return worker * parts_.plan.shards_each;
}

std::vector<unsigned> Fleet::disabled_workers() const {
    std::vector<unsigned> disabled;
    for (const auto& conduit : parts_.twitch.world().conduits.all()) {
        for (unsigned id = 0; id < shard_count(); ++id) {
            const auto worker = id / parts_.plan.shards_each;
            const auto shard = conduit.shards.find(id);
            const bool is_enabled = shard != conduit.shards.end() &&
                                    shard->second.status == twitch_sim::ShardStatus::enabled;
            const bool is_known = !disabled.empty() && disabled.back() == worker;
            if (!is_enabled && !is_known) disabled.push_back(worker);
        }
    }
    return disabled;
}

std::string Fleet::unbound_shard() {
    const auto& world = parts_.twitch.world();
    const auto& conduits = world.conduits.all();
    if (conduits.size() != 1) return fmt::format("there are {} conduits", conduits.size());
    for (unsigned id = 0; id < shard_count(); ++id) {
        const auto shard = conduits.front().shards.find(id);
        if (shard == conduits.front().shards.end()) return fmt::format("shard {} is new", id);
        if (shard->second.status != twitch_sim::ShardStatus::enabled) {
            return fmt::format("shard {} is {}", id, name_of(shard->second.status));
        }
        const auto& sessions = world.sessions.all();
        const auto session = sessions.find(shard->second.session_id);
        if (session == sessions.end()) return fmt::format("shard {} has no session", id);
        const auto* const process = hosts_[id / parts_.plan.shards_each].process.get();
        const auto is_read = [&](SocketId socket) {
            return process != nullptr && parts_.sockets.is_read_by(socket, process->id());
        };
        // The socket that the session is moving to counts as well.
        if (!is_read(session->second.carrier) && !is_read(session->second.successor.value_or(0))) {
            return fmt::format("nobody reads the session of shard {}", id);
        }
    }
    return {};
}

// Who was told of few points, and nothing since, reads nothing for a minute: look_limit() has half
// of it.
void Fleet::check_notice(unsigned worker, const Strangers::Hold& hold) {
    const Host& host = hosts_[worker];
    const bool is_stopping = host.told_to_stop_at != conduitd::never;
    if (hold.since == conduitd::never || !host.process || is_stopping) return;
    const auto id = host.process->id();
    if (host.process->status().held_by == hold.session_id && !hold.is_host) {
        parts_.gap_judge.on_noticed(worker);
        return;
    }
    const auto known_by =
        std::max({hold.since, host.process->unsettled_at(), parts_.http.disturbed_at(id),
                  after(parts_.http.few_points_at(id), 30s)}) +
        parts_.plan.look_limit();
    if (known_by > parts_.queue.now() || host.process->is_suspended()) return;
    parts_.checker.fail(
        fmt::format("p{} does not {} shard {}", id,
                    hold.is_host ? "claim back from a host" : "say that somebody else has",
                    first_shard(worker)));
}

// Excused is the first claim of a process, and one for which it could not read in time who has the
// shard: whose calls are disturbed, or whose token is refused, for a minute more; who has few
// points, or would have if all read at once; and who has just woken up.
void Fleet::check_claim(unsigned worker, std::string_view claim, const Strangers::Hold& hold) {
    const auto own = fmt::format(R"("id":"{}")", first_shard(worker));
    const bool is_about_it = hold.since != conduitd::never && !hold.is_host;
    if (!is_about_it || claim.find(own) == std::string_view::npos) return;
    const Host& host = hosts_[worker];
    const auto& process = *host.process;
    const auto known_by =
        std::max({hold.since + listing_limit, after(process.awake_at(), listing_limit),
                  after(parts_.http.disturbed_at(process.id()), 1min + WorkerProcess::leaving_max),
                  after(parts_.http.few_points_at(process.id()), 1min)});
    const auto pages = parts_.plan.pages();
    const bool may_read =
        conduitd::may_check_claims(hosts_.size() + 1, pages, parts_.plan.model.points_per_minute);
    if (!host.has_claimed || !may_read || parts_.claim_judge.is_reading(process.id())) return;
    if (known_by > parts_.queue.now()) return;
    parts_.checker.fail(fmt::format("p{} takes shard {} back from whoever has claimed it since",
                                    process.id(), first_shard(worker)));
}

}  // namespace simulation
