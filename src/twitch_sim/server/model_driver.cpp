#include "twitch_sim/server/model_driver.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace twitch_sim {

namespace {

// The timer waits for no less: at a high rate of events they are generated some at a time, and a
// wake-up of the loop is shared.
constexpr Duration timer_wait_min = std::chrono::microseconds(500);
constexpr Duration timer_wait_max = std::chrono::hours(1);

// How long overdue deadlines are served at a stretch, in the world's time; after that the sockets
// get as long, so that a rate which the machine cannot keep up with does not starve them.
constexpr Duration deadlines_slice = std::chrono::milliseconds(2);

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

ModelDriver::ModelDriver(const conduitd::Executor& executor, ModelOptions options, double scale)
    : clock_(scale),
      epoch_(options.epoch),
      model_(std::move(options), TimePoint{}),
      timer_(executor) {
    finish_step();
}

HttpAnswer ModelDriver::on_http(const HttpCall& call) {
    HttpAnswer answer = model_.on_http(call, clock_.now());
    finish_step();
    return answer;
}

std::optional<HttpAnswer> ModelDriver::on_upgrade(const UpgradeCall& call, const Accept& accept) {
    auto outcome = model_.on_upgrade(call, clock_.now());
    auto* refusal = std::get_if<HttpAnswer>(&outcome);
    if (refusal == nullptr) {
        const SocketId id = std::get<SocketId>(outcome);
        sockets_[id] = accept(id);
    }
    finish_step();
    return refusal == nullptr ? std::nullopt : std::optional(std::move(*refusal));
}

void ModelDriver::on_data_frame(SocketId id) {
    model_.on_data_frame(id, clock_.now());
    finish_step();
}

void ModelDriver::on_ping(SocketId id) {
    model_.on_ping(id, clock_.now());
    finish_step();
}

void ModelDriver::on_pong(SocketId id, std::string_view payload) {
    model_.on_pong(id, payload, clock_.now());
    finish_step();
}

void ModelDriver::on_written(SocketId id, std::size_t texts) {
    const TimePoint now = clock_.now();
    for (std::size_t i = 0; i < texts; ++i) {
        model_.on_written(id, now);
        drain_outputs();
    }
    finish_step();
}

void ModelDriver::on_write_stalled(SocketId id) {
    model_.on_write_stalled(id, clock_.now());
    finish_step();
}

void ModelDriver::on_client_close(SocketId id, std::uint16_t code) {
    model_.on_client_close(id, code, clock_.now());
    finish_step();
}

void ModelDriver::on_gone(SocketId id) {
    sockets_.erase(id);
    model_.on_gone(id, clock_.now());
    finish_step();
}

void ModelDriver::on_lost(SocketId id) {
    sockets_.erase(id);
    model_.on_lost(id, clock_.now());
    finish_step();
}

Model::TlsStart ModelDriver::on_tls_start() {
    return model_.on_tls_start(clock_.now());
}

void ModelDriver::schedule(HttpCall order, Duration at) {
    model_.schedule(std::move(order), TimePoint(at));
    finish_step();
}

// Outputs for a socket that is gone are dropped; the model has been told or is about to be.
ModelSocket* ModelDriver::touch(SocketId id) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) return nullptr;
    if (unflushed_.empty() || unflushed_.back() != found->second) {
        unflushed_.push_back(found->second);
    }
    return found->second.get();
}

void ModelDriver::drain_outputs() {
    const auto perform = Overloaded{
        [](ModelSocket& socket, SendText& output) {
            socket.send_text(std::move(output.text), output.shape);
        },
        [](ModelSocket& socket, SendPing& output) { socket.send_ping(std::move(output.payload)); },
        [](ModelSocket& socket, SendClose& output) {
            socket.send_close(output.code, output.reason);
        },
        [](ModelSocket& socket, ResetSocket&) { socket.reset(); },
        [](ModelSocket& socket, FreezeSocket&) { socket.freeze(); },
    };
    while (auto next = model_.next_output()) {
        std::visit(
            [&](auto& output) {
                if (ModelSocket* socket = touch(output.socket)) perform(*socket, output);
            },
            *next);
    }
}

void ModelDriver::finish_step() {
    drain_outputs();
    for (const auto& socket : unflushed_) socket->flush();
    unflushed_.clear();
    arm_timer();
}

// A deadline that moves away leaves the timer as it is: it fires for nothing once, which costs less
// than setting it anew at each message.
void ModelDriver::arm_timer() {
    const TimePoint deadline = model_.deadline();
    if (deadline >= armed_for_) return;
    armed_for_ = deadline;
    const Duration wait = clock_.real(deadline - clock_.now());
    const Duration rest = rest_until_ - conduitd::monotonic_now();
    timer_.expires_after(std::clamp(std::max(wait, rest), timer_wait_min, timer_wait_max));
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) on_timer();
    });
}

void ModelDriver::on_timer() {
    armed_for_ = conduitd::never;
    const TimePoint began = conduitd::monotonic_now();
    for (TimePoint now = clock_.now(); model_.deadline() <= now; now = clock_.now()) {
        model_.on_deadline(now);
        drain_outputs();
        const Duration served = conduitd::monotonic_now() - began;
        if (served < deadlines_slice) continue;
        rest_until_ = began + 2 * served;
        break;
    }
    finish_step();
}

}  // namespace twitch_sim
