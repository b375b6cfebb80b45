#pragma once

#include "spool/record.hpp"

#include <string>
#include <string_view>

namespace conduitd {

enum class LineFormat {
    annotated,  // Twitch's own object with our keys in front of its own
    raw,        // Twitch's object as it came
};

// What every annotated line of a worker says of where it came from.
struct LineOrigin {
    std::string conduit_id;
    std::string shard_id;  // the worker's own shard setting
};

// Appends one line, line break included. The frame's bytes go through as they came, but for line
// breaks between its tokens: those are left out. `frame` is a JSON object with at least one member.
void append_line(std::string& out, LineFormat format, const LineOrigin& origin,
                 const RecordView& record);

}  // namespace conduitd
