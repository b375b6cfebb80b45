#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace twitch_sim {

ModelOptions quiet_options() {
    ModelOptions options;
    options.client_id = "client";
    options.client_secret = "secret";
    options.epoch = test_epoch;
    options.ping_period = Duration::zero();
    return options;
}

Driver::Driver(ModelOptions options) : model(std::move(options), now) {}

HttpAnswer Driver::http(HttpCall call) {
    auto answer = model.on_http(call, now);
    take_outputs();
    return answer;
}

std::string Driver::token(std::string_view client_id, std::string_view secret) {
    const auto id = client_id.empty() ? model.client_id() : std::string(client_id);
    const auto key = secret.empty() ? model.client_secret() : std::string(secret);
    const auto answer =
        http({"POST",
              "/oauth2/token",
              {},
              "client_id=" + id + "&client_secret=" + key + "&grant_type=client_credentials"});
    return std::string(parse(answer.body).at("access_token").as_string());
}

HttpAnswer Driver::helix(std::string method, std::string target, std::string body) {
    if (token_.empty()) token_ = token();
    return http({std::move(method),
                 std::move(target),
                 {{"Authorization", "Bearer " + token_}, {"Client-Id", model.client_id()}},
                 std::move(body)});
}

json::value Driver::helix_json(std::string method, std::string target, std::string body) {
    return parse(helix(std::move(method), std::move(target), std::move(body)).body);
}

HttpAnswer Driver::sim(std::string path, std::string body) {
    return http({"POST", std::move(path), {}, std::move(body)});
}

json::value Driver::state() {
    return parse(http({"GET", "/sim/state", {}, ""}).body);
}

json::value Driver::ledger() {
    return parse(http({"GET", "/sim/ledger", {}, ""}).body);
}

std::vector<std::string> Driver::sent_ids() {
    std::istringstream lines(http({"GET", "/sim/ledger?format=ids", {}, ""}).body);
    std::vector<std::string> ids;
    for (std::string line; std::getline(lines, line);) ids.push_back(line);
    return ids;
}

SocketId Driver::connect(std::string target) {
    const auto opened = model.on_upgrade({std::move(target), "ws://127.0.0.1:7000"}, now);
    const auto socket = std::get<SocketId>(opened);
    clients_[socket];
    take_outputs();
    return socket;
}

std::string Driver::session_id(SocketId socket) {
    const auto welcome = parse(client(socket).texts.at(0));
    return std::string(welcome.at_pointer("/payload/session/id").as_string());
}

std::string Driver::make_conduit(unsigned shard_count, std::vector<SocketId> sockets) {
    const auto made = helix_json("POST", "/helix/eventsub/conduits",
                                 R"({"shard_count":)" + std::to_string(shard_count) + "}");
    const std::string id(made.at_pointer("/data/0/id").as_string());
    for (unsigned i = 0; i < sockets.size(); ++i) {
        EXPECT_EQ(bind(id, i, sockets[i]).status, 202u);
    }
    return id;
}

HttpAnswer Driver::bind(const std::string& conduit, unsigned shard, SocketId socket) {
    json::object transport{{"method", "websocket"}, {"session_id", session_id(socket)}};
    json::array shards;
    shards.push_back(json::object{{"id", std::to_string(shard)}, {"transport", transport}});
    return helix("PATCH", "/helix/eventsub/conduits/shards",
                 json::serialize(json::object{{"conduit_id", conduit}, {"shards", shards}}));
}

std::string Driver::shard_status(const std::string& conduit, std::size_t position) {
    const auto listed = helix_json("GET", "/helix/eventsub/conduits/shards?conduit_id=" + conduit);
    return std::string(listed.at("data").as_array().at(position).at("status").as_string());
}

void Driver::advance(Duration duration) {
    const TimePoint end = now + duration;
    while (model.deadline() <= end) {
        now = std::max(now, model.deadline());
        model.on_deadline(now);
        take_outputs();
    }
    now = end;
}

void Driver::write(SocketId socket) {
    for (; client(socket).unwritten > 0; --client(socket).unwritten) model.on_written(socket, now);
}

void Driver::gone(SocketId socket) {
    client(socket).unwritten = 0;
    model.on_gone(socket, now);
    take_outputs();
}

void Driver::close_from_client(SocketId socket) {
    model.on_client_close(socket, 1000, now);
    take_outputs();
    gone(socket);
}

void Driver::take_outputs() {
    while (const auto output = model.next_output()) {
        if (const auto* const text = std::get_if<SendText>(&*output)) {
            client(text->socket).texts.push_back(text->text);
            ++client(text->socket).unwritten;
            if (confirms_writes) write(text->socket);
        } else if (const auto* const ping = std::get_if<SendPing>(&*output)) {
            client(ping->socket).pings.push_back(ping->payload);
            if (answers_pings) model.on_pong(ping->socket, ping->payload, now);
        } else if (const auto* const close = std::get_if<SendClose>(&*output)) {
            client(close->socket).close_code = close->code;
            client(close->socket).close_reason = close->reason;
            if (ends_sockets) gone(close->socket);
        } else if (const auto* const reset = std::get_if<ResetSocket>(&*output)) {
            client(reset->socket).was_reset = true;
            if (ends_sockets) gone(reset->socket);
        } else if (const auto* const freeze = std::get_if<FreezeSocket>(&*output)) {
            client(freeze->socket).is_frozen = true;
        }
    }
}

json::value parse(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    EXPECT_FALSE(error) << text;
    return value;
}

std::string message_type(const std::string& frame) {
    return std::string(parse(frame).at_pointer("/metadata/message_type").as_string());
}

std::string header_of(const HttpAnswer& answer, std::string_view name) {
    for (const auto& field : answer.headers) {
        if (field.first == name) return field.second;
    }
    return "";
}

}  // namespace twitch_sim
