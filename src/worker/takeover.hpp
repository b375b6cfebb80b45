#pragma once

#include "base/time.hpp"

namespace conduitd {

// A process takes over from another one of the same name, by the connection on which it asked:
//
//      newcomer                                            holder
//      asks with its settings   ------------------------->  compares them
//                               <-------------------------  accepted: what there is to take over
//      dials, is welcomed,
//      opens the side segment   -- welcomed ------------->  stands still once it is at rest
//                               <-- go -------------------
//      claims; what comes is
//      kept in the side segment -- claimed -------------->  reads on until it is quiet, ends its
//                                                           sinks, closes the spool, gives up its
//                               <-- released -------------  lock
//      takes the lock           -- locked --------------->  leaves: what its sessions still bring
//      appends the side segment <-- late ... done --------  goes to the newcomer
//
// The connection is the life line of both. Until the newcomer has the lock the holder's session
// stays open, so that the holder can go on; once the lock is given up, only if it can be had again.
// Who holds the lock is the worker: where the holder dies, the newcomer finds the lock free.
struct TakeoverLimits {
    // The newcomer dials and is welcomed; a holder that is being moved comes to rest; the claims.
    Duration welcome_max = std::chrono::seconds(60);
    Duration rest_max = std::chrono::seconds(5);
    Duration claim_max = std::chrono::seconds(10);
    // What was on its way to the holder's session comes before what the newcomer's brings. The time
    // is that of a handover within a process (HandoverOptions::hold_quiet), and then some: what
    // comes later is handed over late, and only the order suffers.
    Duration quiet = std::chrono::milliseconds(200);
    Duration quiet_max = std::chrono::seconds(1);
    // The holder ends its sinks and closes the spool: a disk may be slow.
    Duration release_max = std::chrono::seconds(15);
    // The holder tries to have again what it released: a process that dies gives up its lock a
    // moment after its connections.
    Duration retake_retry = std::chrono::milliseconds(50);
    Duration retake_max = std::chrono::seconds(2);
    // The lock is taken, and the spool recovered.
    Duration lock_max = std::chrono::seconds(10);
};

}  // namespace conduitd
