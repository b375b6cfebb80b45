#pragma once

#include "worker/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// When tests begin that have no World.
inline constexpr TimePoint start{std::chrono::hours(1)};

inline constexpr std::string_view reconnect_url = "wss://cell-a.eventsub.example/ws?challenge=c1";
// As it stands in a frame.
inline constexpr std::string_view cell_url =
    "wss://cell-a.eventsub.example/ws?challenge=c1\\u0026id=A";

inline std::string welcome_frame(std::string_view session_id) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"w-{0}","message_type":"session_welcome","message_timestamp":"2026-03-04T05:06:07Z"}},"payload":{{"session":{{"id":"{0}","status":"connected","keepalive_timeout_seconds":10,"reconnect_url":null}}}}}})",
        session_id);
}

inline std::string keepalive_frame() {
    return R"({"metadata":{"message_id":"k","message_type":"session_keepalive","message_timestamp":"2026-03-04T05:06:17Z"},"payload":{}})";
}

inline std::string notification_frame(std::string_view id) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"{}","message_type":"notification","message_timestamp":"2026-03-04T05:07:01Z","subscription_type":"stream.online","subscription_version":"1"}},"payload":{{"event":{{}}}}}})",
        id);
}

inline std::string reconnect_frame(std::string_view session_id, std::string_view url) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"r","message_type":"session_reconnect","message_timestamp":"2026-03-04T05:07:01Z"}},"payload":{{"session":{{"id":"{}","status":"reconnecting","keepalive_timeout_seconds":null,"reconnect_url":"{}"}}}}}})",
        session_id, url);
}

// A worker with a scripted world around it: tests say what happens and look at what the worker
// asks for. Time moves only by advance().
class World : public FrameSink, public LogSink {
public:
    static constexpr std::string_view base_url = "wss://eventsub.example/ws";

    explicit World(WorkerOptions options = default_options())
        : worker(std::move(options), *this, *this, 7) {}

    static WorkerOptions default_options() {
        WorkerOptions options;
        options.helix.endpoints = {*parse_url("https://id.example"),
                                   *parse_url("https://api.example/helix")};
        options.helix.client_id = "client";
        options.helix.client_secret = "secret";
        options.eventsub_url = *parse_url(base_url);
        options.conduit = {.id = "conduit-1", .shard_count = 1, .shards = {3}};
        options.home.adopts = options.home.parks = false;
        options.claim_check.age_max = Duration::max();  // claims are made unread
        return options;
    }

    void forward(std::string_view frame, const IdDigest&, TimePoint) override {
        forwarded.emplace_back(frame);
    }

    void report_gap(const Gap& gap, TimePoint) override { gaps.push_back(gap); }

    void write(LogLevel, std::string_view, std::string_view what,
               std::span<const LogField> fields) override {
        std::string line(what);
        for (const auto& field : fields) line += fmt::format(" {}={}", field.key, field.value);
        log.push_back(std::move(line));
    }

    // Takes over what the worker asked for.
    void collect() {
        while (auto action = worker.next_action()) {
            if (auto* const dial = std::get_if<DialSession>(&*action)) dials.push_back(*dial);
            if (auto* const close = std::get_if<CloseSession>(&*action))
                closes.push_back(close->key);
            if (auto* const abort = std::get_if<AbortSession>(&*action))
                aborts.push_back(abort->key);
            if (auto* const send = std::get_if<SendRequest>(&*action)) requests.push_back(*send);
            if (std::holds_alternative<ReadCredentials>(*action)) {
                worker.on_credentials(credentials, now);
            }
            if (std::holds_alternative<LockHost>(*action)) worker.on_host_locked(now);
            if (std::holds_alternative<UnlockHost>(*action)) ++host_unlocks;
            if (auto* const what = std::get_if<RememberConduit>(&*action)) remembered = *what;
            if (auto* const stop = std::get_if<Stop>(&*action)) stopped = *stop;
            if (auto* const store = std::get_if<StoreToken>(&*action)) stored_token = store->token;
        }
    }

    // The oldest open request to `target`; fails loudly when there is none.
    SendRequest take_request(std::string_view method, std::string_view target_part) {
        collect();
        const auto found = std::ranges::find_if(requests, [&](const SendRequest& row) {
            return row.request.method == method &&
                   row.request.url.target.find(target_part) != std::string::npos;
        });
        if (found == requests.end()) {
            throw std::runtime_error(fmt::format("no open request {} {}", method, target_part));
        }
        auto request = *found;
        requests.erase(found);
        return request;
    }

    bool has_request(std::string_view method, std::string_view target_part) {
        collect();
        return std::ranges::any_of(requests, [&](const SendRequest& row) {
            return row.request.method == method &&
                   row.request.url.target.find(target_part) != std::string::npos;
        });
    }

    void answer(const SendRequest& request, unsigned status, std::string body) {
        worker.on_response(request.id,
                           HttpResponse{.status = status, .headers = {}, .body = std::move(body)},
                           now, {});
        collect();
    }

    void fail(const SendRequest& request) {
        worker.on_response(request.id, make_error_code(boost::system::errc::timed_out), now, {});
        collect();
    }

    void grant_token() {
        answer(take_request("POST", "/oauth2/token"), 200,
               R"({"access_token":"tok","expires_in":5000000,"token_type":"bearer"})");
    }

    void list_conduits(std::string_view body = R"({"data":[{"id":"conduit-1","shard_count":5}]})") {
        answer(take_request("GET", "/eventsub/conduits"), 200, std::string(body));
    }

    // The whole listing is being read.
    bool has_survey() {
        collect();
        return std::ranges::any_of(requests, asks_for_conduits);
    }

    static bool asks_for_conduits(const SendRequest& row) {
        return row.request.method == "GET" &&
               row.request.url.target.ends_with("/eventsub/conduits");
    }

    // The latest; whatever look is under way has been overtaken.
    SendRequest take_survey() {
        advance({});
        const auto found = std::find_if(requests.rbegin(), requests.rend(), asks_for_conduits);
        if (found == requests.rend()) throw std::runtime_error("no open survey");
        const auto first = *found;
        requests.clear();
        return first;
    }

    void answer_survey(std::string_view rows, unsigned shard_count = 5) {
        answer(take_survey(), 200,
               fmt::format(R"({{"data":[{{"id":"conduit-1","shard_count":{}}}]}})", shard_count));
        answer(take_request("GET", "/conduits/shards"), 200,
               fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows));
    }

    // Whatever looks are under way, and nothing else.
    void answer_looks(std::string_view rows, unsigned shard_count) {
        while (has_survey()) {
            answer(
                take_request("GET", "/eventsub/conduits"), 200,
                fmt::format(R"({{"data":[{{"id":"conduit-1","shard_count":{}}}]}})", shard_count));
            if (has_request("GET", "/conduits/shards")) {
                answer(take_request("GET", "/conduits/shards"), 200,
                       fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows));
            }
        }
    }

    static std::string row(unsigned shard, std::string_view session_id,
                           std::string_view status = "enabled") {
        return fmt::format(
            R"({{"id":"{}","status":"{}","transport":{{"method":"websocket","session_id":"{}"}}}})",
            shard, status, session_id);
    }

    void accept_claim(std::string_view session_id) {
        answer(take_request("PATCH", "/conduits/shards"), 202, accepted(session_id));
    }

    static std::string accepted(std::string_view session_id) {
        return fmt::format(
            R"({{"data":[{{"id":"3","status":"enabled","transport":{{"method":"websocket","session_id":"{}"}}}}],"errors":[]}})",
            session_id);
    }

    static std::string rejected() {
        return R"({"data":[],"errors":[{"id":"3","message":"the session is not connected","code":"invalid_parameter"}]})";
    }

    // The key of the newest dial, opened and welcomed with `session_id`.
    SessionKey welcome(std::string_view session_id) {
        collect();
        const auto key = dials.back().key;
        worker.on_session_open(key, now);
        frame(key, welcome_frame(session_id));
        return key;
    }

    void frame(SessionKey key, std::string_view text) {
        worker.on_frame(key, text, now);
        collect();
    }

    void end(SessionKey key, SessionEnd end = {}) {
        worker.on_session_end(key, end, now);
        collect();
    }

    // An hourly validation and the grant after it are refused; `key` is kept alive until then.
    void refuse_token(SessionKey key) {
        while (!has_request("GET", "/oauth2/validate")) keep_alive(key);
        answer(take_request("GET", "/oauth2/validate"), 200,
               R"({"client_id":"client","scopes":[],"expires_in":4999000})");
        while (!has_request("GET", "/oauth2/validate")) keep_alive(key);
        answer(take_request("GET", "/oauth2/validate"), 401,
               R"({"status":401,"message":"invalid access token"})");
        while (!has_request("POST", "/oauth2/token")) keep_alive(key);
        answer(take_request("POST", "/oauth2/token"), 403,
               R"({"status":403,"message":"invalid client secret"})");
    }

    void keep_alive(SessionKey key) {
        advance(std::chrono::seconds(5));
        frame(key, keepalive_frame());
    }

    // From the start to a bound session named `session_id`.
    SessionKey become_ready(std::string_view session_id = "A") {
        worker.start(now);
        grant_token();
        list_conduits();
        const auto key = welcome(session_id);
        accept_claim(session_id);
        return key;
    }

    // Lets time pass, calling the worker at each of its deadlines.
    void advance(Duration duration) {
        const auto until = now + duration;
        while (worker.deadline() <= until) {
            now = std::max(now, worker.deadline());
            worker.on_deadline(now);
            collect();
        }
        now = until;
    }

    [[nodiscard]] std::vector<std::string> forwarded_ids() const {
        std::vector<std::string> ids;
        for (const auto& text : forwarded) {
            const auto from = text.find("\"message_id\":\"") + 14;
            ids.push_back(text.substr(from, text.find('"', from) - from));
        }
        return ids;
    }

    [[nodiscard]] bool has_logged(std::string_view part) const {
        return std::ranges::any_of(
            log, [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }

    TimePoint now{std::chrono::hours(1)};
    std::vector<std::string> forwarded;
    std::vector<Gap> gaps;
    std::vector<std::string> log;
    std::vector<DialSession> dials;
    std::vector<SessionKey> closes;
    std::vector<SessionKey> aborts;
    std::vector<SendRequest> requests;
    std::optional<Stop> stopped;
    std::string stored_token;
    int host_unlocks = 0;
    std::optional<RememberConduit> remembered;
    std::optional<Credentials> credentials;  // what reading them again brings
    Worker worker;
};

}  // namespace conduitd
