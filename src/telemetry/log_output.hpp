#pragma once

#include "base/log.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace conduitd {

enum class OutputShape { text, json };

enum class LinePrefix {
    none,
    priority,  // journal_priority() of the line, for the journal
};

// Hands bytes to a stream and says how many of them it took: all, or fewer when the stream is full
// or closed.
using TakeBytes = std::function<std::size_t(std::string_view)>;

// A log of the lines of `minimum` and above, for all threads, each handed over before write()
// returns; the time of a line is spdlog's. It never throws. A line that the stream does not take is
// dropped, and a later line says how many were. SIGPIPE is for the process to ignore.
//
// `take` decides how long a full stream may hold the process up.
[[nodiscard]] std::unique_ptr<LogSink> make_log_output(LogLevel minimum, OutputShape shape,
                                                       TakeBytes take,
                                                       LinePrefix prefix = LinePrefix::none);

// The same on stderr, which is waited for while it is full: for programs that can afford that.
[[nodiscard]] std::unique_ptr<LogSink> make_log_output(LogLevel minimum, OutputShape shape);

}  // namespace conduitd
