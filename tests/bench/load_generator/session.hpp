#pragma once

#include "load_generator/control.hpp"
#include "load_generator/event_batch.hpp"
#include "load_generator/stream.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

struct LoadPlan {
    std::size_t record_bytes = 16384;
    std::uint64_t events = 1'000'000;
    // Events per second, each sent when it is due, however the ones before fared; 0: as fast as the
    // reader takes them.
    double rate = 0;
};

// One EventSub session over an upgraded connection, on a thread of its own: a welcome, keepalives
// while it is idle, and the events of the plan once they are ordered.
class Session {
public:
    // `rest` is what came behind the upgrade. The references outlive the session.
    Session(Stream& stream, std::string id, std::string rest, const EventFrame& frame,
            const LoadPlan& plan, Control& control);

    // Until the client is gone, or has closed.
    void run();

private:
    // What is sent at a time: frames of so many bytes, and one more.
    static constexpr std::size_t batch_bytes = 128 * 1024;
    static constexpr std::chrono::seconds keepalive_timeout{10};

    [[nodiscard]] bool send_welcome();
    [[nodiscard]] bool send_keepalive();
    [[nodiscard]] bool send_events();
    [[nodiscard]] bool send_message(std::string_view text);
    // Of the plan's, so many are to be sent now.
    [[nodiscard]] std::uint64_t events_due(std::uint64_t sent, Nanoseconds since_begin) const;
    // False when the client is gone or has said goodbye.
    [[nodiscard]] bool answer_client();

    Stream& stream_;
    std::string id_;
    std::string input_;
    EventBatch batch_;
    const LoadPlan& plan_;
    Control& control_;
};

}  // namespace bench
