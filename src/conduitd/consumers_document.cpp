#include "conduitd/consumers_document.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

namespace json = boost::json;

json::object describe(const ConnectedConsumer& consumer) {
    json::object out{{"kind", name_of(consumer.kind)}, {"pid", nullptr}, {"uid", nullptr}};
    if (consumer.peer) {
        out["pid"] = consumer.peer->pid;
        out["uid"] = consumer.peer->uid;
    }
    out["position"] = consumer.position;
    out["records_sent"] = consumer.records_sent;
    if (consumer.kind == ConsumerKind::tail) {
        out["records_dropped"] = consumer.records_dropped;
    } else {
        out["in_flight"] = consumer.in_flight;
    }
    return out;
}

}  // namespace

std::string make_consumers_document(const std::vector<ConsumerStatus>& known,
                                    const std::vector<ConnectedConsumer>& connected) {
    json::array consumers;
    for (const auto& consumer : known) {
        json::object out{{"name", consumer.name},
                         {"acked", consumer.acked},
                         {"behind", consumer.records_behind},
                         {"seen_at", format_rfc3339(consumer.seen_at)},
                         {"is_expired", consumer.is_expired},
                         {"connection", nullptr}};
        const auto found = std::ranges::find(connected, consumer.name, &ConnectedConsumer::name);
        if (found != connected.end()) out["connection"] = describe(*found);
        consumers.push_back(std::move(out));
    }
    json::array tails;
    for (const auto& consumer : connected) {
        if (consumer.kind == ConsumerKind::tail) tails.push_back(describe(consumer));
    }
    return json::serialize(
        json::object{{"consumers", std::move(consumers)}, {"tails", std::move(tails)}});
}

}  // namespace conduitd
