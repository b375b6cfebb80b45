#include "founding_network.hpp"

#include "frame_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>

namespace simulation {

using namespace std::chrono_literals;
using conduitd::HttpResponse;
using twitch_sim::Model;

FoundingNetwork::FoundingNetwork(Parts parts, const FoundingPlan& plan, std::uint64_t seed)
    : parts_(std::move(parts)), plan_(plan), dice_(seed) {
    parts_.twitch.set_output_handler(
        [this](twitch_sim::Output& output) { outputs_.push_back(std::move(output)); });
}

FoundingNetwork::Fate FoundingNetwork::draw_fate(ProcessId process,
                                                 const conduitd::HttpRequest& request) {
    if (!plan_.is_disturbed || !is_of_conduits(request) || !dice_.chance(25)) return Fate::answered;
    if (++disturbed_[process] > disturbed_max) return Fate::answered;
    return static_cast<Fate>(dice_.between(1, 3));
}

void FoundingNetwork::send(ProcessId process, conduitd::SendRequest& send) {
    parts_.judge.on_sent(process, send.request);
    const bool has_session = std::ranges::any_of(
        places_, [&](const auto& entry) { return entry.second.process == process; });
    if (!has_session) parts_.judge.on_sent_without_session(process, send.request);
    const auto fate = draw_fate(process, send.request);
    parts_.trace.add("network", "p{} calls {} {}{}", process, send.request.method,
                     send.request.url.target, fate == Fate::answered ? "" : ": disturbed");
    const auto request = std::make_shared<conduitd::HttpRequest>(std::move(send.request));
    parts_.queue.after(one_way(), [this, process, id = send.id, request, fate] {
        arrive(process, id, *request, fate);
    });
}

void FoundingNetwork::arrive(ProcessId process, conduitd::RequestId id,
                             const conduitd::HttpRequest& request, Fate fate) {
    twitch_sim::HttpAnswer answer;
    if (fate != Fate::lost_before) answer = call_twitch(process, request);
    conduitd::Result<HttpResponse> result = make_error_code(boost::system::errc::connection_reset);
    if (fate == Fate::error_after) result = HttpResponse{.status = 500, .headers = {}, .body = {}};
    if (fate == Fate::answered) {
        result = HttpResponse{.status = answer.status, .headers = {}, .body = answer.body};
    } else {
        parts_.judge.on_unanswered(process, request, fate != Fate::lost_before);
    }
    parts_.queue.after(one_way(), [this, process, id, request, fate, result = std::move(result)] {
        if (fate == Fate::answered && result->is_success()) {
            parts_.judge.on_told(process, request, result->body);
        }
        tell(process, [&](WorkerProcess& one) { one.on_answer(id, result); });
    });
}

twitch_sim::HttpAnswer FoundingNetwork::call_twitch(ProcessId process,
                                                    const conduitd::HttpRequest& request) {
    parts_.judge.on_effect(process, request);
    twitch_sim::HttpCall call{request.method, request.url.target, {}, request.body};
    for (const auto& header : request.headers) call.headers.emplace_back(header.name, header.value);
    auto answer =
        parts_.twitch.tell([&](Model& model, TimePoint now) { return model.on_http(call, now); });
    deliver_outputs();
    parts_.judge.on_done(request, answer.body);
    expect_hasty_user(request, answer.body);
    const bool is_helix = request.url.target.starts_with("/helix/");  // else there are secrets
    parts_.trace.add("twitch", "{} {} of p{} {} -> {} {}", request.method, request.url.target,
                     process, is_helix ? std::string_view(request.body) : "", answer.status,
                     is_helix ? std::string_view(answer.body) : "");
    return answer;
}

// Somebody else has a session for the first one before its creator has looked whether it stays.
void FoundingNetwork::expect_hasty_user(const conduitd::HttpRequest& request,
                                        std::string_view answer) {
    const bool is_creation = request.method == "POST" && is_of_conduits(request);
    if (!is_creation || !plan_.has_hasty_user || std::exchange(was_hasty_, true)) return;
    parts_.queue.after(
        dice_.between(100ms, 2500ms),
        [this, id = std::string(text_after(answer, R"("id":")"))] { use_hastily(id); });
}

void FoundingNetwork::use_hastily(const std::string& conduit_id) {
    auto& twitch = parts_.twitch;
    const auto socket = twitch.tell([](Model& model, TimePoint now) {
        return model.on_upgrade({"/ws", "wss://eventsub.example"}, now);
    });
    if (!std::holds_alternative<SocketId>(socket)) return;
    const auto session =
        twitch.world().sessions.sockets().at(std::get<SocketId>(socket)).session_id;
    parts_.judge.on_used_by_another();
    parts_.trace.add("twitch", "somebody else uses {}", conduit_id);
    twitch.call("PATCH", "/helix/eventsub/conduits/shards", twitch.make_token(),
                fmt::format(R"({{"conduit_id":"{}","shards":[{{"id":"0","transport":)"
                            R"({{"method":"websocket","session_id":"{}"}}}}]}})",
                            conduit_id, session));
    deliver_outputs();
}

void FoundingNetwork::dial(ProcessId process, const conduitd::DialSession& dial) {
    parts_.queue.after(one_way(), [this, process, key = dial.key, target = dial.url.target] {
        const auto answer = parts_.twitch.tell([&](Model& model, TimePoint now) {
            return model.on_upgrade({target, "wss://eventsub.example"}, now);
        });
        if (const auto* const socket = std::get_if<SocketId>(&answer)) {
            places_.emplace(*socket, Place{process, key});
            later(*socket, [key](WorkerProcess& one) { one.on_open(key); });
        }
        deliver_outputs();
    });
}

void FoundingNetwork::deliver_outputs() {
    for (auto& output : std::exchange(outputs_, {})) {
        const auto socket = std::visit([](const auto& what) { return what.socket; }, output);
        const auto place = places_.find(socket);
        const auto key = place == places_.end() ? SessionKey{} : place->second.key;
        if (auto* const text = std::get_if<twitch_sim::SendText>(&output)) {
            later(socket, [key, frame = std::move(text->text)](WorkerProcess& one) {
                one.on_frame(key, frame);
            });
            parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_written(socket, now); });
        } else if (const auto* const ping = std::get_if<twitch_sim::SendPing>(&output)) {
            parts_.twitch.tell(
                [&](Model& model, TimePoint now) { model.on_pong(socket, ping->payload, now); });
        } else if (const auto* const close = std::get_if<twitch_sim::SendClose>(&output)) {
            later(socket, [key, code = close->code](WorkerProcess& one) {
                one.on_end(key, {.close_code = code});
            });
            parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_gone(socket, now); });
        }
    }
}

void FoundingNetwork::leave(ProcessId process, SessionKey key) {
    const auto found = std::ranges::find_if(places_, [&](const auto& entry) {
        return entry.second.process == process && entry.second.key == key;
    });
    if (found != places_.end()) {
        const auto socket = found->first;
        places_.erase(found);
        parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_gone(socket, now); });
        deliver_outputs();
    }
    parts_.queue.after(1ms, [this, process, key] {
        tell(process, [key](WorkerProcess& one) { one.on_end(key, {.close_code = 1000}); });
    });
}

}  // namespace simulation
