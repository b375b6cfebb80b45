#include "sink/gap_line.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

namespace conduitd {
namespace {

std::string sequences_of(const SpoolGap* gap) {
    if (gap == nullptr) return "null";
    return fmt::format(R"({{"first":{},"last":{}}})", gap->first, gap->last);
}

void append_time(std::string& out, std::optional<WallTime> time) {
    if (time) {
        append_json_string(out, format_rfc3339(*time));
    } else {
        out += "null";
    }
}

// Appends the members of the message, without its braces.
void append_members(std::string& out, std::string_view reason, std::optional<WallTime> since,
                    std::optional<WallTime> until, std::string_view shard_id,
                    const SpoolGap* records, std::optional<std::uint64_t> bytes) {
    out += R"("metadata":{"message_type":"conduitd.gap"},"payload":{"reason":)";
    append_json_string(out, reason);
    out += R"(,"since":)";
    append_time(out, since);
    out += R"(,"until":)";
    append_time(out, until);
    out += R"(,"shard_id":)";
    append_json_string(out, shard_id);
    out += R"(,"sequences":)" + sequences_of(records);
    out += R"(,"bytes":)" + (bytes ? std::to_string(*bytes) : "null") + '}';
}

}  // namespace

std::string make_gap_frame(std::string_view reason, WallTime since, std::optional<WallTime> until,
                           std::string_view shard_id, std::optional<std::uint64_t> bytes) {
    std::string out = "{";
    append_members(out, reason, since, until, shard_id, nullptr, bytes);
    return out += '}';
}

void append_gap_line(std::string& out, const LineOrigin& origin, const SpoolGap& gap) {
    out += R"({"conduit_id":)";
    append_json_string(out, origin.conduit_id);
    out += R"(,"shard_id":)";
    append_json_string(out, origin.shard_id);
    out += ',';
    append_members(out, name_of(gap.reason), gap.since, gap.until, origin.shard_id, &gap,
                   gap.bytes);
    out += "}\n";
}

}  // namespace conduitd
