#pragma once

#include "io/connected_consumer.hpp"
#include "spool/consumers.hpp"

#include <string>
#include <vector>

namespace conduitd {

// The consumers that have a cursor, each with its connection if it has one, and the live tails:
// {"consumers":[{"name":…,"acked":…,"behind":…,"seen_at":…,"is_expired":…,"connection":{…}|null}],
// "tails":[{…}]}. One that is gone by the one account and there by the other is as its cursor says.
[[nodiscard]] std::string make_consumers_document(const std::vector<ConsumerStatus>& known,
                                                  const std::vector<ConnectedConsumer>& connected);

}  // namespace conduitd
