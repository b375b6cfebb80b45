#include "telemetry/readiness.hpp"

#include <boost/json.hpp>

namespace conduitd {
namespace {

namespace json = boost::json;

Readiness not_yet(std::string reason) {
    return {false, std::move(reason)};
}

Readiness readiness_of_bound(const WorkerStatus& worker) {
    // It reads on, but could not have its shards back: the next worker must not be restarted now.
    if (worker.is_degraded) return not_yet("degraded: the log says why");
    if (worker.is_doubtful) {
        return not_yet("of some of its shards it is not known that they are at its session");
    }
    return {.is_ready = true};
}

}  // namespace

Readiness readiness_of(const WorkerStatus& worker) {
    switch (worker.state) {
        case WorkerState::preparing:
            return not_yet("no session yet: the token and the conduit are being looked up");
        case WorkerState::seeking:
            return not_yet("no session has the shards: one is dialled or claimed");
        case WorkerState::standby:
            return {.is_ready = true};
        case WorkerState::holding:
        case WorkerState::moving:
        case WorkerState::offering:
            return readiness_of_bound(worker);
        case WorkerState::stopping:
        case WorkerState::stopped:
            break;
    }
    return not_yet("it was told to stop");
}

std::string make_readiness_document(const WorkerStatus& worker) {
    const auto readiness = readiness_of(worker);
    return json::serialize(json::value{
        {"ready", readiness.is_ready},
        {"state", name_of(worker.state)},
        {"reason", readiness.is_ready ? json::value() : json::value(readiness.reason)}});
}

}  // namespace conduitd
