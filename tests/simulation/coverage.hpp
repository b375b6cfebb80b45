#pragma once

#include "worker/status.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>

namespace simulation {

// What a worker can be told.
enum class Input : std::uint8_t {
    opened,
    welcome,
    keepalive,
    notification,
    reconnect,
    ended,
    answer,
    deadline,
    rotate,
    stop,
};
inline constexpr std::array<std::string_view, 10> input_names = {
    "opened", "welcome", "keepalive", "notification", "reconnect",
    "ended",  "answer",  "deadline",  "rotate",       "stop"};

// The worker's states in which something can happen: `stopped` is terminal.
inline constexpr std::size_t live_states = static_cast<std::size_t>(conduitd::WorkerState::stopped);

// Which inputs came in which states.
class Coverage {
public:
    void note(conduitd::WorkerState state, Input input) {
        const auto row = static_cast<std::size_t>(state);
        if (row < live_states)
            cells_.set(row * input_names.size() + static_cast<std::size_t>(input));
    }
    void add(const Coverage& other) { cells_ |= other.cells_; }

    [[nodiscard]] bool has(std::size_t state, std::size_t input) const {
        return cells_.test(state * input_names.size() + input);
    }
    [[nodiscard]] std::size_t count() const { return cells_.count(); }
    [[nodiscard]] static constexpr std::size_t size() { return live_states * input_names.size(); }

private:
    std::bitset<live_states * input_names.size()> cells_;
};

}  // namespace simulation
