#pragma once

#include "event_queue.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <deque>
#include <string>
#include <string_view>

namespace simulation {

// What happened, line by line. Off, it costs a branch: nothing is formatted.
class Trace {
public:
    enum class Mode {
        off,
        last,  // keeps the last lines, without what consumers saw
        all,   // prints each as it comes
    };

    Trace(Mode mode, const EventQueue& queue, TimePoint start)
        : mode_(mode), queue_(queue), start_(start) {}

    template <class... Args>
    void add(std::string_view who, fmt::format_string<Args...> format, Args&&... args) {
        if (mode_ == Mode::off || (mode_ == Mode::last && who == "consumer")) return;
        put(who, fmt::format(format, std::forward<Args>(args)...));
    }
    [[nodiscard]] bool is_on() const { return mode_ != Mode::off; }

    [[nodiscard]] const std::deque<std::string>& last() const { return lines_; }

private:
    static constexpr std::size_t lines_max = 40;

    void put(std::string_view who, const std::string& what) {
        const auto seconds = std::chrono::duration<double>(queue_.now() - start_).count();
        auto line = fmt::format("{:11.6f}  {:<10} {}", seconds, who, what);
        if (mode_ == Mode::all) {
            std::puts(line.c_str());
            return;
        }
        lines_.push_back(std::move(line));
        if (lines_.size() > lines_max) lines_.pop_front();
    }

    Mode mode_;
    const EventQueue& queue_;
    TimePoint start_;
    std::deque<std::string> lines_;
};

}  // namespace simulation
