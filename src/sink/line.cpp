#include "sink/line.hpp"

#include "base/json.hpp"
#include "base/time.hpp"

#include <fmt/format.h>

#include <iterator>

namespace conduitd {
namespace {

// In valid JSON a raw line break stands only between tokens.
void append_without_breaks(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        out += text.substr(0, end);
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

void append_annotation(std::string& out, const LineOrigin& origin, const RecordView& record) {
    fmt::format_to(std::back_inserter(out), R"({{"seq":{},"received_at":"{}","conduit_id":)",
                   record.sequence, format_rfc3339(record.received_at));
    append_json_string(out, origin.conduit_id);
    out += R"(,"shard_id":)";
    append_json_string(out, origin.shard_id);
    out += ',';
}

}  // namespace

void append_line(std::string& out, LineFormat format, const LineOrigin& origin,
                 const RecordView& record) {
    std::string_view frame = record.frame;
    if (format == LineFormat::annotated) {
        append_annotation(out, origin, record);
        const auto brace = frame.find('{');
        frame.remove_prefix(brace == std::string_view::npos ? 0 : brace + 1);
    }
    append_without_breaks(out, frame);
    out += '\n';
}

}  // namespace conduitd
