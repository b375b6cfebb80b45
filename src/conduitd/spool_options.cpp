#include "conduitd/spool_options.hpp"

#include <algorithm>
#include <cstdint>

namespace conduitd {
namespace {

// Of one in memory: what every consumer has is given back piece by piece.
constexpr std::uint64_t memory_segment_bytes_min = 64ULL * 1024;
constexpr std::uint64_t memory_segment_bytes_max = 1024ULL * 1024;

SyncPolicy sync_policy(SpoolSync sync) {
    switch (sync) {
        case SpoolSync::always:
            return SyncPolicy::always;
        case SpoolSync::interval:
            return SyncPolicy::interval;
        case SpoolSync::none:
            return SyncPolicy::none;
    }
    return SyncPolicy::interval;
}

}  // namespace

SpoolOptions spool_options(const Config& config) {
    SpoolOptions options;
    options.bytes_max = config.spool.bytes_max;
    options.age_max = config.spool.age_max;
    options.sync = sync_policy(config.spool.sync);
    options.consumer_ttl = config.spool.consumer_ttl;
    // Those that are connected, and as many that are away.
    options.consumers_max = 2 * std::size_t{config.sink.unix_socket.consumers_max} +
                            config.sink.unix_socket.consumers.size();
    // One half for what the spool could not write, one for what it was not given yet.
    options.memory_bytes_max = config.spool.memory_max / 2;
    if (config.spool.dir.empty()) {
        options.sync = SyncPolicy::none;
        options.dedupe_window = Duration::zero();
        options.segment_bytes =
            std::clamp(options.bytes_max / 64, memory_segment_bytes_min, memory_segment_bytes_max);
    }
    return options;
}

}  // namespace conduitd
