#pragma once

#include "base/time.hpp"
#include "sink/line.hpp"
#include "spool/gap.hpp"

#include <optional>
#include <string>
#include <string_view>

// `conduitd.gap`: word of what may be missing, in the form of Twitch's own messages. Its payload is
// {"reason","since","until","shard_id","sequences","bytes"}; what is not known is null.
namespace conduitd {

// The frame for the spool about a time in which messages may not have got as far as that: it stands
// among them as a record of its own. `until` is absent when the worker stops before it gets any
// again; `bytes` are those of the frames, where it is known that there were some.
[[nodiscard]] std::string make_gap_frame(std::string_view reason, WallTime since,
                                         std::optional<WallTime> until, std::string_view shard_id,
                                         std::optional<std::uint64_t> bytes = std::nullopt);

// Appends a line, line break included, about records that went before the consumer took them. Both
// formats have it; it carries no `seq`, for it is the consumer's own.
void append_gap_line(std::string& out, const LineOrigin& origin, const SpoolGap& gap);

}  // namespace conduitd
