#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

enum class WorkerState {
    preparing,  // token and conduit are being looked up; no session
    seeking,    // no session is bound: one is dialled or claimed, or the next dial waits
    holding,    // a session is bound and no successor is on its way
    moving,     // a session is bound and its successor is on its way
    stopping,   // told to stop: sessions are closed and read to their ends
    stopped,    // terminal
};

[[nodiscard]] std::string_view name_of(WorkerState state);

// What an operator asks about: counters are since the start.
struct WorkerStatus {
    WorkerState state{};
    std::string conduit_id;
    std::uint32_t shard = 0;
    std::string session_id;  // of the bound session
    std::uint64_t forwarded = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reconnects = 0;  // ordered by Twitch
    std::uint64_t losses = 0;      // bound sessions that ended or fell silent
    bool is_degraded = false;      // reads on, but could not replace what it has
};

}  // namespace conduitd
