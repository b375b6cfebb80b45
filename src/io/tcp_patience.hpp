#pragma once

#include "base/time.hpp"

namespace conduitd {

// How long the system keeps up a connection whose peer is gone without a word (half-open: its
// machine lost its power, or a firewall forgot it). The watchdog of a session tells sooner that it
// is silent; this ends what is only read, such as a session that is read to its end, and what waits
// for a peer to acknowledge.
struct TcpPatience {
    // TCP_USER_TIMEOUT: without an acknowledgement of bytes of ours, or of probes.
    Duration unacknowledged_max = std::chrono::seconds(20);
    // TCP_KEEPIDLE and TCP_KEEPINTVL: after so long without a byte of the peer's, and from then on
    // so often, it is asked whether it is there. The peer's program sees nothing of that.
    Duration probe_after = std::chrono::seconds(10);
    Duration probe_interval = std::chrono::seconds(5);
    // TCP_KEEPCNT: so many probes without an answer. Counts where the first limit is not kept.
    int probes_max = 2;
};

}  // namespace conduitd
