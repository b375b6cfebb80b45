#include "twitch_sim/model/frames.hpp"

#include "base/json.hpp"
#include "twitch_sim/model/clock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twitch_sim {
namespace {

std::string metadata(std::string_view type, Ids& ids, WallTime at) {
    return fmt::format(
        R"("metadata":{{"message_id":"{}","message_type":"{}","message_timestamp":"{}"}})",
        ids.make_uuid(), type, timestamp(at));
}

}  // namespace

std::string make_welcome_frame(const SessionFacts& session, Ids& ids, WallTime at) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(session.keepalive).count();
    return fmt::format(
        R"({{{},"payload":{{"session":{{"id":"{}","status":"connected","connected_at":"{}",)"
        R"("keepalive_timeout_seconds":{},"reconnect_url":null,"recovery_url":null}}}}}})",
        metadata("session_welcome", ids, at), session.id, timestamp(session.connected_at),
        std::max<std::int64_t>(1, seconds));
}

std::string make_keepalive_frame(Ids& ids, WallTime at) {
    return fmt::format(R"({{{},"payload":{{}}}})", metadata("session_keepalive", ids, at));
}

std::string make_reconnect_frame(const SessionFacts& session, std::string_view reconnect_url,
                                 Ids& ids, WallTime at) {
    return fmt::format(
        R"({{{},"payload":{{"session":{{"id":"{}","status":"reconnecting","connected_at":"{}",)"
        R"("keepalive_timeout_seconds":null,"reconnect_url":{}}}}}}})",
        metadata("session_reconnect", ids, at), session.id, timestamp(session.connected_at),
        wire_string(reconnect_url));
}

void append_wire_string(std::string& out, std::string_view text) {
    if (text.find_first_of("&<>") == std::string_view::npos) {
        conduitd::append_json_string(out, text);
        return;
    }
    std::string plain;
    conduitd::append_json_string(plain, text);
    for (const char c : plain) {
        switch (c) {
            case '&':
                out += "\\u0026";
                break;
            case '<':
                out += "\\u003c";
                break;
            case '>':
                out += "\\u003e";
                break;
            default:
                out += c;
        }
    }
}

std::string wire_string(std::string_view text) {
    std::string out;
    append_wire_string(out, text);
    return out;
}

}  // namespace twitch_sim
