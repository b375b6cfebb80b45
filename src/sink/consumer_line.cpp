#include "sink/consumer_line.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

#include <iterator>

namespace conduitd {
namespace {

// Up to the value of the payload's only member.
void begin_line(std::string& out, const LineOrigin& origin, std::string_view type,
                std::string_view member) {
    out += R"({"conduit_id":)";
    append_json_string(out, origin.conduit_id);
    out += R"(,"shard_id":)";
    append_json_string(out, origin.shard_id);
    fmt::format_to(std::back_inserter(out),
                   R"(,"metadata":{{"message_type":"{}"}},"payload":{{"{}":)", type, member);
}

}  // namespace

void append_hello_line(std::string& out, std::string_view spool_uuid, std::uint64_t next) {
    fmt::format_to(std::back_inserter(out),
                   R"({{"hello":{{"spool":"{}","next":{},"version":{}}}}})", spool_uuid, next,
                   consumer_protocol_version);
    out += '\n';
}

void append_error_line(std::string& out, const LineOrigin& origin, std::string_view reason) {
    begin_line(out, origin, "conduitd.error", "reason");
    append_json_string(out, reason);
    out += "}}\n";
}

void append_replaced_line(std::string& out, const LineOrigin& origin, std::string_view consumer) {
    begin_line(out, origin, "conduitd.replaced", "consumer");
    append_json_string(out, consumer);
    out += "}}\n";
}

}  // namespace conduitd
