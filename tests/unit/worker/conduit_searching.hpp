#pragma once

#include "helix/error.hpp"
#include "worker/conduit_search.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

// What the tests of ConduitSearch have in common: answers of Helix, and a search that takes them.
namespace conduitd {

struct Listed {
    std::string id;
    std::uint32_t shards = 4;
};

inline Completion good(std::string body) {
    return {1, HttpResponse{.status = 200, .headers = {}, .body = std::move(body)}, {}};
}

inline Completion failed(HelixError error, std::string reason = "it failed") {
    return {1, ErrorCode(error), std::move(reason)};
}

inline std::string body_of(std::initializer_list<Listed> conduits) {
    std::string entries;
    for (const auto& conduit : conduits) {
        entries += fmt::format(R"({}{{"id":"{}","shard_count":{}}})", entries.empty() ? "" : ",",
                               conduit.id, conduit.shards);
    }
    return R"({"data":[)" + entries + "]}";
}

inline constexpr std::string_view no_shards = R"({"data":[],"pagination":{}})";
inline constexpr std::string_view one_enabled =
    R"({"data":[{"id":"0","status":"enabled","transport":{"method":"websocket","session_id":"A"}}],)"
    R"("pagination":{}})";
inline constexpr std::string_view one_left =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket",)"
    R"("session_id":"A"}}],"pagination":{}})";
inline constexpr std::string_view one_without_transport =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{}}],"pagination":{}})";
inline constexpr std::string_view one_without_session =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket",)"
    R"("session_id":""}}],"pagination":{}})";
inline constexpr std::string_view one_webhook =
    R"({"data":[{"id":"0","status":"webhook_callback_verification_pending","transport":)"
    R"({"method":"webhook","callback":"https://hooks.example"}}],"pagination":{}})";

// A search, and what it last asked for.
class Searching {
public:
    explicit Searching(ConduitWish wish) : search(std::move(wish), SearchOptions{}, Random(7)) {
        step = search.start();
    }

    template <class Step>
    [[nodiscard]] bool is() const {
        return std::holds_alternative<Step>(step);
    }
    template <class Step>
    [[nodiscard]] const Step& as() const {
        return std::get<Step>(step);
    }

    void list(std::initializer_list<Listed> conduits) {
        ASSERT_TRUE(is<ListConduits>());
        step = search.on_answer(good(body_of(conduits)), now);
    }
    void shards(std::string_view body) {
        ASSERT_TRUE(is<ListShards>());
        step = search.on_answer(good(std::string(body)), now);
    }
    void answer(const Completion& completion) { step = search.on_answer(completion, now); }
    void lock() {
        ASSERT_TRUE(is<AwaitHostLock>());
        ASSERT_TRUE(search.wants_host_lock());
        step = search.on_host_locked();
    }
    void session() {
        ASSERT_TRUE(is<AwaitSession>());
        step = search.on_session_ready();
    }
    // Passes the pause that it asked for; answers its length.
    Duration wait() {
        const auto length = search.deadline() - now;
        EXPECT_TRUE(is<SearchPause>());
        now = search.deadline();
        step = search.on_deadline();
        return length;
    }
    // An account without conduits, until ours is created.
    void create(std::string id) {
        list({});
        lock();
        list({});
        ASSERT_TRUE(is<CreateConduit>());
        answer(good(body_of({{std::move(id)}})));
    }

    TimePoint now{std::chrono::hours(1)};
    ConduitSearch search;
    SearchStep step;
};

inline ConduitWish automatic() {
    return {.shard_count = 4, .shards = {3}};
}

}  // namespace conduitd
