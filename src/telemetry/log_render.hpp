#pragma once

#include "base/log.hpp"
#include "base/time.hpp"

#include <span>
#include <string>
#include <string_view>

namespace conduitd {

// One log line as a value, in both shapes without the line break at its end. Whatever bytes come
// in, a line is valid UTF-8 and has no control characters. Times have milliseconds.
struct LogLine {
    WallTime time;
    LogLevel level = LogLevel::info;
    std::string_view area;
    std::string_view what;
    std::span<const LogField> fields;
};

// 2026-11-21T20:42:09.123Z info worker: claim accepted shard=3 session=AgoQ
//
// A value that is empty or has blanks, quotes, '=', backslashes or control characters is written as
// a JSON string.
[[nodiscard]] std::string render_text(const LogLine& line);

// {"time":"…","level":"info","area":"worker","message":"claim accepted","shard":"3",…}
//
// Values are strings always. A field that is called like one of the first four members gets an
// underscore behind its name.
[[nodiscard]] std::string render_json(const LogLine& line);

}  // namespace conduitd
