#include "conduitd/read_routes.hpp"

#include "telemetry/readiness.hpp"

#include <utility>

namespace conduitd {

std::vector<Route> make_read_routes(std::function<DaemonStatus()> status,
                                    std::function<std::shared_ptr<LateAnswer>()> metrics) {
    return {{"GET", "/livez",
             [](const ServedRequest&) { return ServedAnswer{.body = R"({"live":true})"}; }},
            {"GET", "/readyz",
             [status](const ServedRequest&) {
                 const auto worker = status().worker;
                 return ServedAnswer{.status = readiness_of(worker).is_ready ? 200U : 503U,
                                     .body = make_readiness_document(worker)};
             }},
            {"GET", "/status",
             [status](const ServedRequest&) {
                 return ServedAnswer{.body = make_status_document(status())};
             }},
            {"GET", "/metrics", [metrics](const ServedRequest&) {
                 return ServedAnswer{.status = 202, .later = metrics()};
             }}};
}

}  // namespace conduitd
