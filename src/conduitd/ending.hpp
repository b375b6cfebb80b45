#pragma once

#include "base/log.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace conduitd {

// What a sink has not taken yet.
struct Untaken {
    bool is_caught_up = false;  // who is connected has everything
    bool is_in_memory = false;  // what waits ends with the process
    std::uint64_t records = 0;  // that wait, for whomever
};

// The way of this process to its end: the worker stops, what it forwarded gets into the spool, and
// what is there to the consumers. Then, or when the time for that is up, it may leave.
//
// Where several things went wrong, the exit code is the worker's, or else that of the first.
class Ending {
public:
    explicit Ending(Log log) : log_(log) {}

    // `why`: for people; empty after a clean stop.
    void on_worker_stopped(ExitCode code, const std::string& why);
    // All that it had forwarded until then.
    void on_all_spooled() { is_all_spooled_ = true; }
    // For good.
    void on_sink_failed(const std::string& reason) { sink_failure_ = reason; }
    // The time for a stop is up. A worker that has not stopped by now is cut short.
    void on_out_of_time();
    void on_second_stop() { is_second_stop_ = true; }
    void end_with(ExitCode code, const std::string& reason);

    [[nodiscard]] bool is_worker_stopped() const { return is_worker_stopped_; }
    [[nodiscard]] bool is_all_spooled() const { return is_all_spooled_; }

    // Whether the last step may be taken: true once. What is left behind then is logged.
    [[nodiscard]] bool try_leave(const Untaken& untaken);

    [[nodiscard]] ExitCode code() const { return code_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void say_what_is_left(const Untaken& untaken);

    Log log_;
    ExitCode code_ = ExitCode::drained;
    std::string reason_;
    bool is_worker_stopped_ = false;
    bool was_worker_cut_short_ = false;
    bool is_all_spooled_ = false;
    bool is_out_of_time_ = false;
    bool is_second_stop_ = false;
    bool has_left_ = false;
    std::optional<std::string> sink_failure_;
};

}  // namespace conduitd
