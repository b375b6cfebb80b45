#include "twitch_sim/model/model.hpp"

#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/http.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>
#include <utility>

namespace twitch_sim {
namespace {

// Events made in one call at most: a driver that is far behind catches up in several.
constexpr int events_per_deadline_max = 10'000;

bool has_audience(const World& world) {
    return std::ranges::any_of(world.conduits.all(), &Conduit::was_bound);
}

}  // namespace

struct Model::State : World {
    using World::World;
};

Model::Model(ModelOptions options, TimePoint)
    : state_(std::make_unique<State>(std::move(options))) {}
Model::~Model() = default;
Model::Model(Model&&) noexcept = default;

HttpAnswer Model::on_http(const HttpCall& call, TimePoint now) {
    HttpAnswer answer = on_http_call(*state_, call, now);
    if (has_audience(*state_)) state_->generator.start(now);
    return answer;
}

std::variant<SocketId, HttpAnswer> Model::on_upgrade(const UpgradeCall& call, TimePoint now) {
    const Target target = Target::parse(call.target);
    if (!target.path.ends_with("/ws")) return make_helix_error(404, "not found");
    auto fault = state_->faults.take("", "upgrade");
    if (!fault) return state_->sessions.open(call, target, now);
    if (!fault->status) fault->status = 503;
    HttpAnswer answer = make_fault_answer(*state_, *fault, {}, target, now);
    answer.delay = fault->delay;
    if (fault->drop != Fault::Drop::none) answer.delivery = HttpAnswer::Delivery::drop_connection;
    return answer;
}

void Model::on_data_frame(SocketId socket, TimePoint now) {
    state_->sessions.on_data_frame(socket, now);
}

// The documentation allows clients only pongs, yet libraries that ping have been seen unharmed.
void Model::on_ping(SocketId, TimePoint) {}

void Model::on_pong(SocketId socket, std::string_view, TimePoint) {
    state_->sessions.on_pong(socket);
}

void Model::on_written(SocketId socket, TimePoint now) {
    state_->sessions.on_written(socket, now);
}

void Model::on_write_stalled(SocketId socket, TimePoint now) {
    state_->sessions.on_write_stalled(socket, now);
}

void Model::on_client_close(SocketId socket, std::uint16_t code, TimePoint now) {
    state_->sessions.on_client_close(socket, code, now);
}

void Model::on_gone(SocketId socket, TimePoint now) {
    state_->sessions.on_gone(socket, now);
}

TimePoint Model::deadline() const {
    return std::min(state_->sessions.deadline(), state_->generator.deadline());
}

void Model::on_deadline(TimePoint now) {
    state_->sessions.on_deadline(now);
    for (int i = 0; i < events_per_deadline_max && state_->generator.try_take(now); ++i) {
        state_->delivery.deliver(state_->events.make_any(now), Audience::bound_conduits, now);
    }
}

std::optional<Output> Model::next_output() {
    if (state_->outputs.empty()) return std::nullopt;
    Output output = std::move(state_->outputs.front());
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
