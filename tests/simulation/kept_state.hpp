#pragma once

#include "base/id_digest.hpp"
#include "base/time.hpp"
#include "worker/gap.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace simulation {

// What the files of a host keep of the processes of its worker, for the next of them: the ids of
// the messages that were forwarded, when the shard was last had, and which conduit was served. A
// crash takes nothing of it, for what is forwarded is in the spool.
class KeptState {
public:
    // So often it is written down that the shard is had (conduitd/last_bound.hpp).
    static constexpr conduitd::Duration note_interval = std::chrono::seconds(5);

    struct Id {
        conduitd::IdDigest id;
        conduitd::TimePoint received_at;
    };

    void on_forwarded(const conduitd::IdDigest& id, conduitd::TimePoint received_at) {
        ids_.push_back({id, received_at});
        last_received_at_ = received_at;
    }
    void on_bound(conduitd::TimePoint at) {
        bound_at_ = at;
        was_stopped_ = false;
    }
    // It has none, and nothing of its is missed.
    void on_standing_by() { bound_at_.reset(); }
    // By an order, while it had the shard.
    void on_stopped(conduitd::TimePoint at) {
        bound_at_ = at;
        was_stopped_ = true;
    }
    void remember_conduit(const std::string& client_id, const std::string& conduit_id) {
        conduits_[client_id] = conduit_id;
    }
    [[nodiscard]] const std::map<std::string, std::string>& conduits() const { return conduits_; }
    // What the next process is to tell.
    [[nodiscard]] std::optional<conduitd::Gap> gap_before() const {
        using conduitd::GapReason;
        if (!bound_at_) return std::nullopt;
        if (was_stopped_) return conduitd::Gap{GapReason::process_stopped, *bound_at_, {}};
        const auto since =
            std::clamp(last_received_at_, *bound_at_ - 2 * note_interval, *bound_at_);
        return conduitd::Gap{GapReason::process_died, since, {}};
    }
    // Those that are not older than the dedupe window, oldest first.
    [[nodiscard]] const std::deque<Id>& ids(conduitd::TimePoint since) {
        while (!ids_.empty() && ids_.front().received_at < since) ids_.pop_front();
        return ids_;
    }

private:
    std::map<std::string, std::string> conduits_;  // by client id
    std::deque<Id> ids_;
    conduitd::TimePoint last_received_at_ = conduitd::TimePoint::min();
    std::optional<conduitd::TimePoint> bound_at_;
    bool was_stopped_ = false;
};

}  // namespace simulation
