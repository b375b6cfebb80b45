#pragma once

#include "sink/line.hpp"
#include "sink/load_status.hpp"

#include <string>

// Word of a change of level, in the form of Twitch's own messages. The payload begins with
// {"level","previous","since","share"}; what is not known is null.
namespace conduitd {

// Appends the `conduitd.load` line, line break included: for every consumer, in both formats, and
// for the hook. It carries no `seq`, for it does not come through the spool. Behind those members
// there are
// {"events_per_second","capacity","lag_ms","spool_memory","backlog":{"level","consumer","bytes","age_ms"}}.
void append_load_line(std::string& out, const LineOrigin& origin, const LoadStatus& status);

// Appends `conduitd.backlog`, line break included: for the hook alone, since a consumer that is
// behind would be told last of all. Behind those members there are
// {"consumer","bytes","age_ms","load":{"level","events_per_second"}}.
void append_backlog_line(std::string& out, const LineOrigin& origin, const LoadStatus& status);

}  // namespace conduitd
