#include "twitch_sim/model/frames.hpp"

#include "base/json.hpp"
#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twitch_sim {
namespace {

std::string metadata(std::string_view type, Ids& ids, WallTime at) {
    return join({R"("metadata":{"message_id":")", ids.make_uuid(), R"(","message_type":")", type,
                 R"(","message_timestamp":")", timestamp(at), R"("})"});
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
    return join({"{", metadata("session_keepalive", ids, at), R"(,"payload":{}})"});
}

std::string make_reconnect_frame(const SessionFacts& session, std::string_view reconnect_url,
                                 Ids& ids, WallTime at) {
    return fmt::format(
        R"({{{},"payload":{{"session":{{"id":"{}","status":"reconnecting","connected_at":"{}",)"
        R"("keepalive_timeout_seconds":null,"reconnect_url":{}}}}}}})",
        metadata("session_reconnect", ids, at), session.id, timestamp(session.connected_at),
        wire_string(reconnect_url));
}

std::string make_unknown_frame(std::string_view message_type, Ids& ids, WallTime at) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"{}","message_type":{},"message_timestamp":"{}"}},)"
        R"("payload":{{"note":"invented by twitch-sim"}}}})",
        ids.make_uuid(), wire_string(message_type), timestamp(at));
}

// An escaped backslash is skipped as a whole, so that what follows it is not taken for an escape.
std::string with_plain_characters(std::string_view frame) {
    std::string out;
    out.reserve(frame.size());
    while (!frame.empty()) {
        const auto plain = std::min(frame.find('\\'), frame.size());
        out += frame.substr(0, plain);
        frame.remove_prefix(plain);
        const auto escape = frame.substr(0, 6);
        const bool is_undone = escape == "\\u0026" || escape == "\\u003c" || escape == "\\u003e";
        if (is_undone) {
            out += escape == "\\u0026" ? '&' : escape == "\\u003c" ? '<' : '>';
        } else {
            out += frame.substr(0, 2);
        }
        frame.remove_prefix(std::min<std::size_t>(is_undone ? 6 : 2, frame.size()));
    }
    return out;
}

std::string with_extra_fields(std::string_view frame) {
    constexpr std::string_view metadata_start = R"({"metadata":{)";
    constexpr std::string_view payload_start = R"("payload":{)";
    const auto payload_at = frame.find(payload_start) + payload_start.size();
    return fmt::format(R"({{"envelope_version":2,"metadata":{{"hints":["a",{{"b":null}}],{})"
                       R"("trace":{{"hops":[1,2.5e3,true]}},{})",
                       frame.substr(metadata_start.size(), payload_at - metadata_start.size()),
                       frame.substr(payload_at));
}

void append_wire_string(std::string& out, std::string_view text) {
    const auto is_escaped = [](char c) { return c == '&' || c == '<' || c == '>'; };
    if (std::ranges::none_of(text, is_escaped)) {
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
