#include "io/http_router.hpp"

#include "base/json.hpp"

namespace conduitd {
namespace {

void append_item(std::string& list, std::string_view item) {
    if (!list.empty()) list += ", ";
    list += item;
}

}  // namespace

ServedAnswer refuse(unsigned status, std::string_view why) {
    ServedAnswer answer{status, R"({"error":)", {}};
    append_json_string(answer.body, why);
    answer.body += '}';
    return answer;
}

std::shared_ptr<LateAnswer> give_now(ServedAnswer answer) {
    auto later = std::make_shared<LateAnswer>();
    later->give(std::move(answer));
    return later;
}

ServedAnswer serve(const std::vector<Route>& routes, const ServedRequest& request) {
    const auto path = std::string_view(request.target).substr(0, request.target.find('?'));
    std::string methods;
    std::string all;
    for (const auto& route : routes) {
        if (route.path == path && route.method == request.method) return route.serve(request);
        if (route.path == path) append_item(methods, route.method);
        append_item(all, std::string(route.method) + " " + std::string(route.path));
    }
    if (methods.empty()) return refuse(404, "there is nothing at this path; there are " + all);
    auto answer = refuse(405, "this path takes " + methods);
    answer.allow = std::move(methods);
    return answer;
}

}  // namespace conduitd
