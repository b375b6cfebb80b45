#pragma once

#include "io/asio.hpp"

#include <chrono>

namespace conduitd::test {

// Turns the loop until `is_done()`; false when that takes longer than any test should.
template <class Predicate>
bool run_until(asio::io_context& context, Predicate is_done) {
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto work = asio::make_work_guard(context);
    context.restart();
    while (!is_done()) {
        if (std::chrono::steady_clock::now() > give_up_at) return false;
        context.run_one_for(std::chrono::milliseconds(100));
    }
    return true;
}

// Lets everything that is due happen.
inline void run_for(asio::io_context& context, std::chrono::milliseconds duration) {
    context.restart();
    context.run_for(duration);
}

}  // namespace conduitd::test
