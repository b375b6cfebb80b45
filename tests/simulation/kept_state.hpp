#pragma once

#include "base/id_digest.hpp"
#include "base/time.hpp"

#include <deque>

namespace simulation {

// What the files of a host keep of the processes of its worker, for the next of them: the ids of
// the messages that were forwarded. A crash takes none, for what is forwarded is in the spool.
class KeptState {
public:
    struct Id {
        conduitd::IdDigest id;
        conduitd::TimePoint received_at;
    };

    void on_forwarded(const conduitd::IdDigest& id, conduitd::TimePoint received_at) {
        ids_.push_back({id, received_at});
    }
    // Those that are not older than the dedupe window, oldest first.
    [[nodiscard]] const std::deque<Id>& ids(conduitd::TimePoint since) {
        while (!ids_.empty() && ids_.front().received_at < since) ids_.pop_front();
        return ids_;
    }

private:
    std::deque<Id> ids_;
};

}  // namespace simulation
