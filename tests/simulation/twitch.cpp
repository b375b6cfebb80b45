#include "twitch.hpp"

#include "frame_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace simulation {

void Twitch::emit(unsigned count) {
    tell([&](twitch_sim::Model& model, TimePoint now) {
        model.emit(twitch_sim::EventType::stream_online, count, now);
    });
}

twitch_sim::HttpAnswer Twitch::call(std::string method, std::string target,
                                    const std::string& token, std::string body) {
    const twitch_sim::HttpCall call{
        std::move(method),
        std::move(target),
        {{"Authorization", "Bearer " + token}, {"Client-Id", model_.client_id()}},
        std::move(body)};
    return tell([&](twitch_sim::Model& model, TimePoint now) { return model.on_http(call, now); });
}

std::string Twitch::make_token() {
    const auto granted =
        call("POST", "/oauth2/token", "",
             fmt::format("client_id={}&client_secret={}&grant_type=client_credentials",
                         model_.client_id(), model_.client_secret()));
    return std::string(text_after(granted.body, R"("access_token":")"));
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
