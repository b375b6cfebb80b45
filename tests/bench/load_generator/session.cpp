#include "load_generator/session.hpp"

#include "load_generator/client_frames.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <poll.h>
#include <thread>
#include <utility>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

WallTime wall_now() {
    return std::chrono::system_clock::now();
}

Seconds own_cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Session::Session(Stream& stream, std::string id, std::string rest, const EventFrame& frame,
                 const LoadPlan& plan, Control& control)
    : stream_(stream),
      id_(std::move(id)),
      input_(std::move(rest)),
      batch_(frame, batch_bytes / frame.bytes.size() + 1),
      plan_(plan),
      control_(control) {}

void Session::run() {
    if (!send_welcome()) return;
    control_.report(fmt::format(R"({{"session":"{}","cipher":"{}"}})", id_, stream_.cipher()));
    stream_.limit_records(plan_.record_bytes);
    while (answer_client()) {
        pollfd entries[] = {{stream_.descriptor(), POLLIN, 0},
                            {control_.start_descriptor(), POLLIN, 0}};
        constexpr std::chrono::milliseconds patience = keepalive_timeout;
        const int count = ::poll(entries, 2, static_cast<int>(patience.count()));
        if (count == 0 && !send_keepalive()) return;
        if (entries[1].revents != 0 && control_.take_order() && !send_events()) return;
    }
}

bool Session::send_welcome() {
    return send_message(fmt::format(
        R"({{"metadata":{{"message_id":"ee5fbbc6-10c3-44da-9252-8a2fc6c8c27b",)"
        R"("message_type":"session_welcome","message_timestamp":"2026-03-04T05:06:07.412345678Z"}},)"
        R"("payload":{{"session":{{"id":"{}","status":"connected",)"
        R"("connected_at":"2026-03-04T05:06:07.409876543Z","keepalive_timeout_seconds":{},)"
        R"("reconnect_url":null,"recovery_url":null}}}}}})",
        id_, keepalive_timeout.count()));
}

bool Session::send_keepalive() {
    return send_message(R"({"metadata":{"message_id":"4bbff35d-5a20-426a-b948-bf77db316dd5",)"
                        R"("message_type":"session_keepalive",)"
                        R"("message_timestamp":"2026-03-04T05:06:17.409812345Z"},"payload":{}})");
}

bool Session::send_message(std::string_view text) {
    return stream_.write(make_frame_head(Opcode::text, text.size()).append(text));
}

bool Session::send_events() {
    const auto first = control_.take_numbers(plan_.events);
    const auto begin = Clock::now();
    const auto wall_begin = wall_now();
    const auto cpu_before = own_cpu_time();
    const auto blocked_before = stream_.blocked();
    const auto interval =
        std::chrono::duration_cast<Nanoseconds>(Seconds(plan_.rate > 0 ? 1 / plan_.rate : 0));

    std::uint64_t sent = 0;
    bool is_there = true;
    while (sent < plan_.events && is_there) {
        const auto due = events_due(sent, Clock::now() - begin);
        const auto next_due = static_cast<std::int64_t>(sent + 1) * interval;
        if (due == 0) {
            std::this_thread::sleep_until(begin + next_due);
            continue;
        }
        const auto count = std::min<std::uint64_t>(due, batch_.events_max());
        // An event of a given rate bears the time at which it was due.
        const auto at = plan_.rate > 0 ? wall_begin + next_due : wall_now();
        is_there = stream_.write(batch_.fill(first + sent, count, at, interval)) && answer_client();
        sent += count;
    }

    control_.report(fmt::format(
        R"({{"sent":{},"seconds":{:.6f},"cpu_seconds":{:.6f},"blocked_seconds":{:.6f}}})", sent,
        Seconds(Clock::now() - begin).count(), (own_cpu_time() - cpu_before).count(),
        Seconds(stream_.blocked() - blocked_before).count()));
    return is_there;
}

std::uint64_t Session::events_due(std::uint64_t sent, Nanoseconds since_begin) const {
    const auto left = plan_.events - sent;
    if (plan_.rate <= 0) return left;
    const auto due = static_cast<std::uint64_t>(Seconds(since_begin).count() * plan_.rate);
    return std::min(left, due - std::min(due, sent));
}

bool Session::answer_client() {
    bool is_there = true;
    while (is_there) {
        const auto reading = stream_.read_some(input_);
        if (reading == Stream::Reading::nothing) return true;
        is_there = reading == Stream::Reading::something;
        while (const auto frame = take_client_frame(input_)) {
            const bool is_goodbye = frame->opcode == Opcode::close;
            if (is_goodbye || frame->opcode == Opcode::ping) {
                const auto opcode = is_goodbye ? Opcode::close : Opcode::pong;
                auto answer = make_frame_head(opcode, frame->payload.size()) + frame->payload;
                is_there = stream_.write(answer) && !is_goodbye;
            }
        }
    }
    return false;
}

}  // namespace bench
