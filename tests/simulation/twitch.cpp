#include "twitch.hpp"

namespace simulation {

void Twitch::emit(unsigned count) {
    tell([&](twitch_sim::Model& model, TimePoint now) {
        model.emit(twitch_sim::EventType::stream_online, count, now);
    });
}

void Twitch::order(std::string_view path, std::string body) {
    const auto answer = tell([&](twitch_sim::Model& model, TimePoint now) {
        return model.on_http({"POST", std::string(path), {}, body}, now);
    });
    if (path != "/sim/emit") trace_.add("twitch", "{} {} -> {}", path, body, answer.status);
}

void Twitch::on_deadline() {
    tell([](twitch_sim::Model& model, TimePoint now) { model.on_deadline(now); });
}

// The handler may tell the model more; what that brings is taken by the outermost call.
void Twitch::take_outputs() {
    if (std::exchange(is_taking_, true)) return;
    while (auto output = model_.next_output()) handler_(*output);
    is_taking_ = false;
    deadline_ = model_.deadline();
}

}  // namespace simulation
