#include "twitch_sim/model/model.hpp"

#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/http.hpp"
#include "twitch_sim/model/schedule.hpp"
#include "twitch_sim/model/shard_news.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>
#include <utility>

namespace twitch_sim {
namespace {

// Events made in one call at most: a driver that is far behind catches up in several, and serves
// its sockets between them. Few enough that they take a millisecond or two where the build is slow.
constexpr int events_per_deadline_max = 20;

bool has_audience(const World& world) {
    return std::ranges::any_of(world.conduits.all(), &Conduit::was_bound);
}

}  // namespace

struct Model::State : World {
    using World::World;
};

Model::Model(ModelOptions options, TimePoint now)
    : state_(std::make_unique<State>(std::move(options))) {
    const auto shards = state_->options.conduit_shards;
    if (shards > 0) state_->conduits.create(state_->options.client_id, shards, now);
}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;

Model::TlsStart Model::on_tls_start(TimePoint) {
    const auto fault = state_->faults.take("", tls_moment);
    if (!fault) return TlsStart::proceed;
    return fault->drop == Fault::Drop::never ? TlsStart::stay_silent : TlsStart::fail;
}

HttpAnswer Model::on_http(const HttpCall& call, TimePoint now) {
    HttpAnswer answer = on_http_call(*state_, call, now);
    if (has_audience(*state_)) state_->generator.start(now);
    announce_disabled_shards(*state_, now);
    return answer;
}

std::variant<SocketId, HttpAnswer> Model::on_upgrade(const UpgradeCall& call, TimePoint now) {
    const Target target = Target::parse(call.target);
    const bool is_reconnect = target.query.find("challenge").has_value();
    // The guide's example of a reconnect URL has no path.
    const bool is_known = target.path.ends_with("/ws") || (is_reconnect && target.path == "/");
    if (!is_known) return make_helix_error(404, "not found");
    auto fault = state_->faults.take("", upgrade_moment(is_reconnect));
    if (!fault) {
        const SocketId socket = state_->sessions.open(call, target, now);
        announce_disabled_shards(*state_, now);
        return socket;
    }
    if (!fault->status) fault->status = 503;
    HttpAnswer answer = make_fault_answer(*state_, *fault, {}, target, now);
    answer.delay = fault->delay;
    answer.delivery = delivery_under(*fault);
    return answer;
}

void Model::emit(EventType type, std::uint64_t count, TimePoint now) {
    EventSource::Wishes wishes;
    wishes.type = type;
    for (; count > 0; --count) {
        state_->delivery.deliver(state_->events.make(wishes, now), Audience::every_conduit, now);
    }
}

void Model::on_data_frame(SocketId socket, TimePoint now) {
    state_->sessions.on_data_frame(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_ping(SocketId socket, TimePoint now) {
    state_->sessions.on_ping(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_pong(SocketId socket, std::string_view, TimePoint) {
    state_->sessions.on_pong(socket);
}

void Model::on_written(SocketId socket, TimePoint now) {
    state_->sessions.on_written(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_write_stalled(SocketId socket, TimePoint now) {
    state_->sessions.on_write_stalled(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_client_close(SocketId socket, std::uint16_t code, TimePoint now) {
    state_->sessions.on_client_close(socket, code, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_gone(SocketId socket, TimePoint now) {
    state_->sessions.on_gone(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::on_lost(SocketId socket, TimePoint now) {
    state_->sessions.on_lost(socket, now);
    announce_disabled_shards(*state_, now);
}

void Model::schedule(HttpCall order, TimePoint at) {
    schedule_order(*state_, std::move(order), at);
}

TimePoint Model::deadline() const {
    return std::min({state_->sessions.deadline(), state_->generator.deadline(),
                     state_->agenda.deadline(), state_->conduits.deadline()});
}

void Model::on_deadline(TimePoint now) {
    state_->sessions.on_deadline(now);
    for (const std::string& id : state_->conduits.take_expired(now)) {
        state_->subscriptions.on_conduit_deleted(id);
    }
    state_->agenda.on_deadline(now);
    announce_disabled_shards(*state_, now);
    for (int i = 0; i < events_per_deadline_max && state_->generator.try_take(now); ++i) {
        state_->delivery.deliver(state_->events.make_any(now), Audience::bound_conduits, now);
    }
}

std::optional<Output> Model::next_output() {
    if (state_->outputs.empty()) return std::nullopt;
    std::optional<Output> output(std::move(state_->outputs.front()));
    state_->outputs.pop_front();
    return output;
}

const std::string& Model::client_id() const {
    return state_->options.client_id;
}

const std::string& Model::client_secret() const {
    return state_->options.client_secret;
}

const World& Model::world() const {
    return *state_;
}

}  // namespace twitch_sim
