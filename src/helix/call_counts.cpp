#include "helix/call_counts.hpp"

#include <string_view>

namespace conduitd {
namespace {

// Of two that a path may end with, the longer one first.
constexpr std::string_view endpoints[] = {
    "/oauth2/token",      "/oauth2/validate",        "/eventsub/conduits/shards",
    "/eventsub/conduits", "/eventsub/subscriptions",
};

}  // namespace

std::string CallCounts::endpoint_of(const HttpRequest& request) {
    const auto target = std::string_view(request.url.target);
    const auto path = target.substr(0, target.find('?'));
    for (const auto endpoint : endpoints) {
        if (path.ends_with(endpoint)) return request.method + " " + std::string(endpoint);
    }
    return "other";
}

void CallCounts::on_answer(const std::string& endpoint, const Result<HttpResponse>& answer) {
    const auto status = answer ? std::to_string(answer->status / 100) + "xx" : "none";
    ++counts_[{endpoint, status}];
}

}  // namespace conduitd
