#include "conduitd/control_routes.hpp"

#include "base/json.hpp"
#include "conduitd/read_routes.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace conduitd {
namespace {

void log_order(const Log& log, std::string_view what, const std::optional<Peer>& peer) {
    if (peer) {
        log.info(what, {{"uid", peer->uid}, {"pid", peer->pid}});
    } else {
        log.info(what);
    }
}

// The session that is to go tells whose report is the one of this rotation.
ServedAnswer accept_rotation(std::string_view session_id, bool waits_for_token) {
    std::string body = R"({"rotating":true,"session_id":)";
    append_json_string(body, session_id);
    if (waits_for_token) body += R"(,"waits_for":"token")";
    return {202, body + "}", {}};
}

ServedAnswer rotate(const ControlVerbs& verbs) {
    const auto before = verbs.status().worker;
    switch (verbs.rotate()) {
        case RotateVerdict::begun:
            return accept_rotation(before.session_id, false);
        case RotateVerdict::waits_for_token:
            return accept_rotation(before.session_id, true);
        case RotateVerdict::under_way:
            return refuse(409, "the shard is being moved to another session already");
        case RotateVerdict::nothing_bound:
            break;
    }
    return refuse(409, before.state == WorkerState::offering ? "another process is taking over"
                       : before.state > WorkerState::offering
                           ? "the worker is stopping"
                           : "no session is bound that could be replaced");
}

// Who waits is entered first: there may be nothing left to drain.
ServedAnswer drain(const ControlVerbs& verbs, bool has_to_wait) {
    ServedAnswer answer{202, R"({"draining":true})", {}};
    if (has_to_wait) answer.later = verbs.wait_for_end();
    verbs.drain();
    return answer;
}

// A consumer's name needs no escapes.
ServedAnswer remove_consumer(const ControlVerbs& verbs, const std::string& target) {
    const std::string_view before = "/consumers?name=";
    const bool is_named = target.starts_with(before) && target.size() > before.size();
    if (!is_named) return refuse(400, "say which: DELETE /consumers?name=<name>");
    return {202, {}, {}, verbs.remove_consumer(target.substr(before.size()))};
}

}  // namespace

std::vector<Route> make_control_routes(ControlVerbs verbs, Log log) {
    const auto shared = std::make_shared<const ControlVerbs>(std::move(verbs));
    auto routes = make_read_routes(shared->status, shared->metrics);
    routes.push_back({"POST", "/rotate", [shared, log](const ServedRequest& request) {
                          log_order(log, "rotate asked for", request.peer);
                          return rotate(*shared);
                      }});
    routes.push_back({"POST", "/drain", [shared, log](const ServedRequest& request) {
                          const bool has_to_wait = request.target == "/drain?wait";
                          if (!has_to_wait && request.target != "/drain") {
                              return refuse(400, "say POST /drain, or POST /drain?wait");
                          }
                          log_order(log, "drain asked for", request.peer);
                          return drain(*shared, has_to_wait);
                      }});
    routes.push_back({"POST", "/upgrade", [shared, log](const ServedRequest& request) {
                          log_order(log, "upgrade asked for", request.peer);
                          return shared->upgrade();
                      }});
    routes.push_back({"POST", "/take-over", [shared](const ServedRequest&) {
                          ServedAnswer answer;
                          answer.take_socket = shared->take_over;
                          return answer;
                      }});
    routes.push_back({"GET", "/consumers", [shared](const ServedRequest&) {
                          return ServedAnswer{202, {}, {}, shared->list_consumers()};
                      }});
    routes.push_back({"DELETE", "/consumers", [shared, log](const ServedRequest& request) {
                          log_order(log, "removal of a consumer asked for", request.peer);
                          return remove_consumer(*shared, request.target);
                      }});
    return routes;
}

}  // namespace conduitd
