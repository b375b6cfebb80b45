#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "pause_watch.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// Judges how soon workers ask for another access token. One that is refused with 401 is replaced at
// once when it served before, or did not take the place of one that was refused; where Twitch
// grants one token after another and then refuses each at its first use, the pauses before the next
// ones are those of a backoff, which begins anew once a token serves.
class TokenJudge {
public:
    // helix/options.hpp.
    static constexpr Duration pause_min = std::chrono::seconds(1);
    static constexpr Duration pause_max = std::chrono::minutes(1);

    TokenJudge(const EventQueue& queue, Checker& checker) : queue_(queue), checker_(checker) {}

    // The process asks for a token; it is told of one.
    void on_asked(ProcessId process);
    void on_granted(ProcessId process, std::string_view token);
    // What the process is told of a request with a token: of a call, or of a look at the token
    // itself, which may refuse it and proves nothing else.
    enum class Request { call, validation };
    void on_used(ProcessId process, Request request, std::string_view token, unsigned status);

private:
    struct Record {
        std::string token;           // the latest
        bool was_refused = false;    // by a call, or at a look at it
        bool is_substitute = false;  // for one that was
        bool has_served = false;
        bool is_replaced = false;                // another one was asked for
        TimePoint refused_at = conduitd::never;  // and has not served
        PauseWatch pauses{pause_min, pause_max};
    };
    Record& record_of(ProcessId process);

    const EventQueue& queue_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
