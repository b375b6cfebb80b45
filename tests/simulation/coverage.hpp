#pragma once

#include "worker/status.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace simulation {

// What a worker can be told.
enum class Input : std::uint8_t {
    start,
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
inline constexpr std::array<std::string_view, 11> input_names = {
    "start", "opened", "welcome",  "keepalive", "notification", "reconnect",
    "ended", "answer", "deadline", "rotate",    "stop"};

inline constexpr std::size_t worker_states =
    static_cast<std::size_t>(conduitd::WorkerState::stopped) + 1;

// Which states followed which inputs in which states.
class Coverage {
public:
    void note(conduitd::WorkerState from, Input input, conduitd::WorkerState to) {
        cells_.set(cell(static_cast<std::size_t>(from), static_cast<std::size_t>(input)) +
                   static_cast<std::size_t>(to));
    }
    void add(const Coverage& other) { cells_ |= other.cells_; }

    [[nodiscard]] std::size_t count() const { return cells_.count(); }
    [[nodiscard]] std::size_t count_in(const Coverage& other) const {
        return (cells_ & other.cells_).count();
    }

    [[nodiscard]] bool has(std::size_t from, std::size_t input, std::size_t to) const {
        return cells_.test(cell(from, input) + to);
    }

private:
    static constexpr std::size_t cell(std::size_t from, std::size_t input) {
        return (from * input_names.size() + input) * worker_states;
    }

    std::bitset<worker_states * input_names.size() * worker_states> cells_;
};

}  // namespace simulation
