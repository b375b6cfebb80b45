#pragma once

#include "io/http_router.hpp"
#include "sink/consumer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace conduitd {

// A consumer that is connected, for people.
struct ConnectedConsumer {
    std::string name;  // empty for a live tail
    ConsumerKind kind = ConsumerKind::reading;
    std::optional<Peer> peer;
    std::uint64_t position = 0;  // the next sequence that it is to be sent
    std::uint64_t cursor = 0;
    std::size_t in_flight = 0;  // records that were sent and do not count as delivered yet
    std::uint64_t records_sent = 0;
    std::uint64_t records_dropped = 0;  // a tail's, for it was too slow
};

}  // namespace conduitd
