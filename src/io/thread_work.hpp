#pragma once

#include "base/time.hpp"
#include "io/descriptor.hpp"

namespace conduitd {

// How much of its time a thread has something to do: the time that it ran, and that it waited for a
// processor though it could have run. Linux counts both (/proc/thread-self/schedstat, in the
// kernel's sched-stats.rst); where it does not show them, the time that it ran is all there is.
class ThreadWork {
public:
    // Of the calling thread.
    ThreadWork();

    // Since the thread's start. On the same thread, for what can only be asked there.
    [[nodiscard]] Duration total() const;

private:
    Descriptor statistics_;
};

}  // namespace conduitd
