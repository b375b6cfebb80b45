#include "helix_faults.hpp"

#include "call_text.hpp"
#include "frame_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {

using twitch_sim::HttpAnswer;

HttpAnswer make_error_answer(unsigned status) {
    return {
        .status = status,
        .headers = {{"Content-Type", "application/json"}},
        .body = fmt::format(R"({{"error":"Error","status":{},"message":"simulated"}})", status)};
}

void HelixFaults::trouble(HelixTrouble what, std::string_view path, unsigned count,
                          TimePoint until) {
    troubles_.push_back({what, path, count, until});
}

void HelixFaults::refuse(unsigned status, std::string_view path, TimePoint until) {
    refusals_.push_back({status, path, until});
}

void HelixFaults::end() {
    troubles_.clear();
    refusals_.clear();
}

std::optional<unsigned> HelixFaults::refusal(std::string_view path) const {
    const auto found = std::ranges::find_if(refusals_, [&](const Refusal& refusal) {
        return refusal.until > queue_.now() && path.starts_with(refusal.path);
    });
    return found == refusals_.end() ? std::nullopt : std::optional(found->status);
}

// What takes effect, or is answered with 202, waits for a claim: a look has neither.
std::optional<HelixTrouble> HelixFaults::draw(std::string_view path, bool is_look) {
    const auto found = std::ranges::find_if(troubles_, [&](const Trouble& trouble) {
        return trouble.until > queue_.now() && path.starts_with(trouble.path);
    });
    if (found == troubles_.end()) return std::nullopt;
    const bool is_for_claims =
        found->what == HelixTrouble::entries_refused || found->what == HelixTrouble::elsewhere ||
        found->what == HelixTrouble::lost_after || found->what == HelixTrouble::error_after_effect;
    if (is_look && is_for_claims) return std::nullopt;
    const auto what = found->what;
    if (--found->count == 0) troubles_.erase(found);
    return what;
}

HttpAnswer HelixFaults::answer(HelixTrouble trouble, std::string_view body, Dice& dice) {
    switch (trouble) {
        case HelixTrouble::unauthorized:
            return make_error_answer(401);
        case HelixTrouble::rate_limited: {
            auto answer = make_error_answer(429);
            answer.headers.emplace_back("Ratelimit-Limit", "800");
            answer.headers.emplace_back("Ratelimit-Remaining", "0");
            return answer;
        }
        case HelixTrouble::endpoint_limited: {
            auto answer = make_error_answer(429);
            answer.headers.emplace_back("Ratelimit-Limit", "800");
            answer.headers.emplace_back("Ratelimit-Remaining", "700");
            return answer;
        }
        case HelixTrouble::not_json:
            return {.status = 200, .headers = {}, .body = "<html>a captive portal</html>"};
        case HelixTrouble::entries_refused:
            return {
                .status = 202,
                .headers = {{"Content-Type", "application/json"}},
                .body = fmt::format(
                    R"({{"data":[],"errors":[{{"id":"{}","message":"simulated","code":"x"}}]}})",
                    shard_in(body))};
        case HelixTrouble::elsewhere: {
            const bool is_disabled = dice.chance(50);
            return {.status = 202,
                    .headers = {{"Content-Type", "application/json"}},
                    .body = fmt::format(
                        R"({{"data":[{{"id":"{}","status":"{}","transport":{{"method":"websocket",)"
                        R"("session_id":"{}"}}}}],"errors":[]}})",
                        shard_in(body), is_disabled ? "websocket_disconnected" : "enabled",
                        is_disabled ? text_after(body, R"("session_id":")") : "another")};
        }
        case HelixTrouble::error_after_effect:
            return make_error_answer(500);
        default:
            return {.status = 503, .headers = {}, .body = "<html>Service Unavailable</html>"};
    }
}

}  // namespace simulation
