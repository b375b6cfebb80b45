#include "sink/load_line.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace conduitd {
namespace {

// A quoted name of ours needs no escapes.
std::string quoted(std::string_view name) {
    return fmt::format(R"("{}")", name);
}

void append_head(std::string& out, const LineOrigin& origin, std::string_view type,
                 const LevelStatus& status, double share) {
    out += R"({"conduit_id":)";
    append_json_string(out, origin.conduit_id);
    out += R"(,"shard_id":)";
    append_json_string(out, origin.shard_id);
    fmt::format_to(
        std::back_inserter(out),
        R"(,"metadata":{{"message_type":"{}"}},"payload":{{"level":"{}","previous":{},"since":"{}","share":{:.3f})",
        type, name_of(status.level), status.previous ? quoted(name_of(*status.previous)) : "null",
        format_rfc3339(status.since), share);
}

void append_backlog(std::string& out, const BacklogFigures& figures) {
    out += R"("consumer":)";
    if (figures.consumer.empty()) {
        out += "null";
    } else {
        append_json_string(out, figures.consumer);
    }
    fmt::format_to(std::back_inserter(out), R"(,"bytes":{},"age_ms":{})", figures.bytes,
                   to_milliseconds(figures.age));
}

}  // namespace

void append_load_line(std::string& out, const LineOrigin& origin, const LoadStatus& status) {
    const LoadFigures& figures = status.load_figures;
    append_head(out, origin, "conduitd.load", status.load, figures.share);
    fmt::format_to(
        std::back_inserter(out),
        R"(,"events_per_second":{:.0f},"capacity":{},"lag_ms":{},"spool_memory":{:.3f},"backlog":{{"level":"{}",)",
        figures.events_per_second,
        figures.capacity ? fmt::format("{:.0f}", *figures.capacity) : "null",
        to_milliseconds(figures.lag), figures.spool_memory, name_of(status.backlog.level));
    append_backlog(out, status.backlog_figures);
    out += "}}}\n";
}

void append_backlog_line(std::string& out, const LineOrigin& origin, const LoadStatus& status) {
    append_head(out, origin, "conduitd.backlog", status.backlog, status.backlog_figures.share);
    out += ',';
    append_backlog(out, status.backlog_figures);
    fmt::format_to(std::back_inserter(out),
                   R"(,"load":{{"level":"{}","events_per_second":{:.0f}}}}}}})"
                   "\n",
                   name_of(status.load.level), status.load_figures.events_per_second);
}

}  // namespace conduitd
