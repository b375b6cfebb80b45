#pragma once

#include "worker/world.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conduitd {

// A worker that takes any shard that is free.
class AutoWorld : public World {
public:
    explicit AutoWorld(WorkerOptions options = auto_options()) : World(std::move(options)) {}

    static WorkerOptions auto_options() {
        auto options = default_options();
        options.conduit.shards = {};
        return options;
    }

    void begin() {
        worker.start(now);
        grant_token();
        list_conduits();
        advance({});
    }

    std::string accept(unsigned shard, std::string_view session_id) {
        const auto claim = take_request("PATCH", "/conduits/shards");
        answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", row(shard, session_id)));
        return claim.request.body;
    }

    static std::string rows(const std::vector<std::string>& sessions) {
        std::string text;
        for (unsigned shard = 0; shard < sessions.size(); ++shard) {
            if (sessions[shard].empty()) continue;
            if (!text.empty()) text += ',';
            text += row(shard, sessions[shard]);
        }
        return text;
    }

    // A listing of which the last shard's session ended so long ago, by the server's clock.
    void answer_survey_with_dead(const std::vector<std::string>& sessions, Duration ago) {
        const auto dead = static_cast<unsigned>(sessions.size());
        answer(take_survey(), 200,
               fmt::format(R"({{"data":[{{"id":"conduit-1","shard_count":{}}}]}})", dead + 1));
        const auto request = take_request("GET", "/conduits/shards");
        const auto server_time = *parse_rfc3339("2026-03-04T05:30:00Z");
        const auto body = fmt::format(
            R"({{"data":[{},{{"id":"{}","status":"websocket_disconnected","transport":{{"method":"websocket","session_id":"Z","disconnected_at":"{}"}}}}],"pagination":{{}}}})",
            rows(sessions), dead, format_rfc3339(server_time - ago));
        worker.on_response(request.id,
                           HttpResponse{200, {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}}, body},
                           now, {});
        collect();
    }

    // Answers with so many points left.
    void answer_with_points(const SendRequest& request, unsigned points, std::string body,
                            unsigned limit = 800) {
        worker.on_response(request.id,
                           HttpResponse{200,
                                        {{"Ratelimit-Limit", std::to_string(limit)},
                                         {"Ratelimit-Remaining", std::to_string(points)},
                                         {"Ratelimit-Reset", "1"}},
                                        std::move(body)},
                           now, {});
        collect();
    }
};

// Where none is free it makes one more, up to three.
class GrowingWorld : public AutoWorld {
public:
    GrowingWorld() : AutoWorld(growing_options()) {}

    static WorkerOptions growing_options() {
        auto options = auto_options();
        options.conduit.when_full = WhenFull::grow;
        options.conduit.shard_max = 3;
        return options;
    }

    static std::string count_of(unsigned count) {
        return fmt::format(R"({{"data":[{{"id":"conduit-1","shard_count":{}}}]}})", count);
    }

    // Both shards are somebody's, with the host's lock too: one more is to be made for the session.
    SessionKey open_session_to_grow() {
        begin();
        answer_survey(rows({"P", "Q"}), 2);
        answer_survey(rows({"P", "Q"}), 2);
        return welcome("A");
    }

    void list_count(unsigned count) {
        answer(take_request("GET", "/eventsub/conduits"), 200, count_of(count));
    }
};

}  // namespace conduitd
