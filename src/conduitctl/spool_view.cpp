#include "conduitctl/spool_view.hpp"

#include "base/time.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace conduitctl {
namespace {

namespace json = boost::json;
using conduitd::format_rfc3339;

std::string format_uuid(const conduitd::SpoolId& id) {
    std::string text;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        fmt::format_to(std::back_inserter(text), "{:02x}", id[i]);
    }
    return text;
}

json::value to_json(std::optional<conduitd::WallTime> time) {
    return time ? json::value(format_rfc3339(*time)) : json::value();
}

std::string sequences_of(const conduitd::InspectedSegment& segment) {
    if (segment.records == 0) return "no records";
    return fmt::format("{} records up to {}, {} to {}", segment.records, segment.end - 1,
                       format_rfc3339(*segment.since), format_rfc3339(*segment.until));
}

// In valid JSON a raw line break stands only between tokens.
std::string without_breaks(std::string_view frame) {
    std::string line;
    std::copy_if(frame.begin(), frame.end(), std::back_inserter(line),
                 [](char c) { return c != '\r' && c != '\n'; });
    return line;
}

}  // namespace

std::string describe_spool(const conduitd::Inspection& inspection) {
    std::string text;
    const auto out = std::back_inserter(text);
    if (inspection.spool_id) fmt::format_to(out, "spool {}\n", format_uuid(*inspection.spool_id));
    for (const auto& segment : inspection.segments) {
        fmt::format_to(out, "{}  {} bytes, {}\n", segment.file, segment.bytes,
                       sequences_of(segment));
    }
    for (const auto& [consumer, cursor] : inspection.cursors) {
        if (!cursor) continue;
        fmt::format_to(out, "consumer {}  has all up to {}, seen {}\n", consumer, cursor->acked,
                       format_rfc3339(cursor->seen_at));
    }
    return text;
}

json::object make_spool_json(const conduitd::Inspection& inspection) {
    json::array segments;
    for (const auto& segment : inspection.segments) {
        segments.push_back({{"file", segment.file},
                            {"first", segment.first},
                            {"end", segment.end},
                            {"records", segment.records},
                            {"bytes", segment.bytes},
                            {"damaged_bytes", segment.damaged_bytes},
                            {"tail_bytes", segment.tail_bytes},
                            {"is_header_whole", segment.is_header_whole},
                            {"has_end_mark", segment.has_end_mark},
                            {"since", to_json(segment.since)},
                            {"until", to_json(segment.until)}});
    }
    json::array consumers;
    for (const auto& [name, cursor] : inspection.cursors) {
        consumers.push_back({{"name", name},
                             {"acked", cursor ? json::value(cursor->acked) : json::value()},
                             {"seen_at", cursor ? to_json(cursor->seen_at) : json::value()}});
    }
    json::array missing;
    for (const auto& gap : inspection.missing) {
        missing.push_back({{"first", gap.first}, {"last", gap.last}});
    }
    json::array damaged_files(inspection.damaged_files.begin(), inspection.damaged_files.end());
    json::object document{{"spool", nullptr},
                          {"is_whole", inspection.is_whole()},
                          {"segments", std::move(segments)},
                          {"consumers", std::move(consumers)},
                          {"missing", std::move(missing)},
                          {"damaged_files", std::move(damaged_files)}};
    if (inspection.spool_id) document["spool"] = format_uuid(*inspection.spool_id);
    return document;
}

std::string describe_damage(const conduitd::Inspection& inspection) {
    std::string text;
    const auto out = std::back_inserter(text);
    for (const auto& segment : inspection.segments) {
        const bool is_last = &segment == &inspection.segments.back();
        if (!segment.is_header_whole) fmt::format_to(out, "{}: header damaged\n", segment.file);
        if (segment.damaged_bytes > 0) {
            fmt::format_to(out, "{}: {} bytes damaged\n", segment.file, segment.damaged_bytes);
        }
        if (segment.tail_bytes > 0 && !is_last) {
            fmt::format_to(out, "{}: {} bytes at its end damaged\n", segment.file,
                           segment.tail_bytes);
        }
    }
    for (const auto& gap : inspection.missing) {
        fmt::format_to(out, "records {} to {} are missing\n", gap.first, gap.last);
    }
    for (const auto& file : inspection.damaged_files) fmt::format_to(out, "{}: damaged\n", file);
    return text;
}

std::string describe_record(const conduitd::RecordView& record) {
    return fmt::format("{} {} {}\n", record.sequence, format_rfc3339(record.received_at),
                       without_breaks(record.frame));
}

std::string make_record_json(const conduitd::RecordView& record) {
    return fmt::format("{{\"seq\":{},\"received_at\":\"{}\",\"frame\":{}}}\n", record.sequence,
                       format_rfc3339(record.received_at), without_breaks(record.frame));
}

}  // namespace conduitctl
