#pragma once

#include "base/time.hpp"
#include "telemetry/status_line.hpp"

#include <optional>
#include <string>

namespace conduitd {

// How the service is at one look at it.
struct ServiceState {
    bool is_ready = false;     // readiness_of(); false once it stops
    bool is_stopping = false;  // for good
    StatusLine line;
};

// What a service manager is to be told, in the words of sd_notify(3), one message for each look:
// `message(state, now)`, and on_told() once it has been taken. What was not taken is in the next
// message again.
//
//     READY=1     once, when the worker is ready for the first time
//     STOPPING=1  once; after it there is no READY=1
//     STATUS=…    when the state changes; for figures alone only now and then
//     WATCHDOG=1  twice in the manager's interval
//
// The watchdog is fed by whoever looks. So what looks has to be the loop whose end it is to notice.
class ServiceNotices {
public:
    static constexpr Duration figures_interval = std::chrono::seconds(10);

    // `watchdog`: the manager's interval, if it wants to be told that we are alive.
    explicit ServiceNotices(std::optional<Duration> watchdog) : watchdog_(watchdog) {}

    // When the next look is due.
    [[nodiscard]] Duration pause() const;

    // Empty: there is nothing to say.
    [[nodiscard]] std::string message(const ServiceState& state, TimePoint now);
    void on_told() { told_ = next_; }

private:
    static constexpr Duration pause_max = std::chrono::seconds(1);
    // `systemctl start` waits until we are ready, and what is ordered after us does.
    static constexpr Duration pause_before_ready = std::chrono::milliseconds(100);

    struct Told {
        bool is_ready = false;
        bool is_stopping = false;
        StatusLine line{};
        std::optional<TimePoint> line_at{};
        std::optional<TimePoint> alive_at{};
    };

    [[nodiscard]] bool is_line_due(const StatusLine& line, TimePoint now) const;
    [[nodiscard]] bool is_alive_due(TimePoint now) const;

    std::optional<Duration> watchdog_;
    Told told_;
    Told next_;  // told_, once the last message has been taken
};

}  // namespace conduitd
