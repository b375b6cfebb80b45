#include "conduitd/ending.hpp"

namespace conduitd {

void Ending::on_worker_stopped(ExitCode code, const std::string& why) {
    is_worker_stopped_ = true;
    code_ = code;
    reason_ = why;
}

void Ending::on_out_of_time() {
    is_out_of_time_ = true;
    was_worker_cut_short_ = !is_worker_stopped_;
}

// Where the worker ended by itself, its reason is the one to act upon.
void Ending::end_with(ExitCode code, const std::string& reason) {
    if (code_ != ExitCode::drained) return;
    code_ = code;
    reason_ = reason;
}

bool Ending::try_leave(const Untaken& untaken) {
    if (!is_worker_stopped_ || has_left_) return false;
    const bool is_lost_later = untaken.is_in_memory && untaken.records > 0;
    const bool is_taken = untaken.is_caught_up && !is_lost_later;
    const bool is_done = is_all_spooled_ && (is_taken || sink_failure_);
    if (!is_done && !is_out_of_time_ && !is_second_stop_) return false;
    has_left_ = true;
    if (sink_failure_) end_with(ExitCode::try_again_later, *sink_failure_);
    if (!is_done) say_what_is_left(untaken);
    if (was_worker_cut_short_) {
        const std::string reason =
            "the sessions were not read to their ends in time; messages may be lost";
        log_.error(reason);
        end_with(ExitCode::try_again_later, reason);
    }
    return true;
}

void Ending::say_what_is_left(const Untaken& untaken) {
    if (untaken.is_in_memory) {
        const std::string reason = "the sink did not take everything in time";
        log_.error(reason, {{"records_lost", untaken.records}});
        end_with(ExitCode::try_again_later, reason);
    } else if (is_all_spooled_) {
        log_.info("not everything was taken in time: it waits for the next start",
                  {{"records", untaken.records}});
    }
}

}  // namespace conduitd
