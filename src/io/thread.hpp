#pragma once

#include <functional>
#include <thread>

namespace conduitd {

// Starts a named thread with every signal blocked: signals are for the main thread, and a write to
// a pipe without a reader answers EPIPE instead of ending the process. `name` has at most 15
// characters. Throws std::system_error when the system has no thread left.
[[nodiscard]] std::thread start_thread(const char* name, std::function<void()> run);

}  // namespace conduitd
