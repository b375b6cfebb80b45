#include "eventsub/frame_reader.hpp"

#include <charconv>
#include <cstring>
#include <utility>

namespace conduitd {
namespace {

namespace ondemand = simdjson::ondemand;

using OptionalText = std::optional<std::string_view>;

// simdjson would take "{"a":}}" for balanced: stepping over a value it counts any closing bracket.
bool is_start_of_value(ondemand::value& value) {
    const std::string_view token = value.raw_json_token();
    if (token.empty()) return false;
    const char first = token.front();
    return first != ']' && first != '}' && first != ',' && first != ':';
}

// Calls on_field(key, value) for every field, until one returns an error. What on_field leaves
// unread is stepped over.
template <class OnField>
simdjson::error_code for_each_field(ondemand::object& object, OnField on_field) {
    for (auto next : object) {
        ondemand::field field;
        if (const auto error = std::move(next).get(field)) return error;
        std::string_view key;
        if (const auto error = field.unescaped_key().get(key)) return error;
        if (!is_start_of_value(field.value())) return simdjson::TAPE_ERROR;
        if (const auto error = on_field(key, field.value())) return error;
    }
    return simdjson::SUCCESS;
}

bool has_type(ondemand::value& value, ondemand::json_type wanted) {
    ondemand::json_type found{};
    return value.type().get(found) == simdjson::SUCCESS && found == wanted;
}

// A string is decoded; a value of any other type counts as missing.
simdjson::error_code read_text(ondemand::value& value, OptionalText& text) {
    text.reset();
    if (!has_type(value, ondemand::json_type::string)) return simdjson::SUCCESS;
    std::string_view decoded;
    if (const auto error = value.get_string().get(decoded)) return error;
    text = decoded;
    return simdjson::SUCCESS;
}

// From the text of the token, since a failed conversion would end the whole document.
std::optional<std::chrono::seconds> read_keepalive_timeout(ondemand::value& value) {
    if (!has_type(value, ondemand::json_type::number)) return std::nullopt;
    std::string_view token = value.raw_json_token();
    token = token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
    int seconds = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), seconds);
    if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
    if (seconds < 1 || seconds > 3600) return std::nullopt;
    return std::chrono::seconds(seconds);
}

simdjson::error_code read_metadata(ondemand::value& value, Envelope& envelope) {
    envelope = Envelope{{}, {}, {}, {}, envelope.payload};  // of two, the last one counts
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return for_each_field(object, [&envelope](std::string_view key, ondemand::value& field) {
        auto* const place = envelope.metadata(key);
        return place != nullptr ? read_text(field, *place) : simdjson::SUCCESS;
    });
}

// Steps over the payload. `text` is the payload when that is an object, else empty.
simdjson::error_code skip_payload(ondemand::document& document, ondemand::value& value,
                                  std::string_view& text) {
    text = {};
    if (!has_type(value, ondemand::json_type::object)) return simdjson::SUCCESS;
    const char* const begin = value.raw_json_token().data();
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    const auto leave = [](std::string_view, ondemand::value&) { return simdjson::SUCCESS; };
    if (const auto error = for_each_field(object, leave)) return error;
    const char* end = nullptr;
    if (const auto error = document.current_location().get(end)) return error;
    text = std::string_view(begin, static_cast<std::size_t>(end - begin));
    return simdjson::SUCCESS;
}

simdjson::error_code read_document(ondemand::document& document, Envelope& envelope) {
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) return error;
    const auto error = for_each_field(object, [&](std::string_view key, ondemand::value& field) {
        if (key == "metadata") return read_metadata(field, envelope);
        if (key == "payload") return skip_payload(document, field, envelope.payload);
        return simdjson::SUCCESS;
    });
    if (error) return error;
    // The end of the text is the one place where the document has no location.
    const bool is_at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
    return is_at_end ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

simdjson::error_code read_session(ondemand::value& value, SessionPayload& session) {
    session = {};
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) return error;
    return for_each_field(object, [&session](std::string_view key, ondemand::value& field) {
        if (key == "id") return read_text(field, session.id);
        if (key == "reconnect_url") return read_text(field, session.reconnect_url);
        if (key == "keepalive_timeout_seconds") {
            session.keepalive_timeout = read_keepalive_timeout(field);
        }
        return simdjson::SUCCESS;
    });
}

simdjson::error_code read_document(ondemand::document& document, SessionPayload& session) {
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) return error;
    return for_each_field(object, [&session](std::string_view key, ondemand::value& field) {
        return key == "session" ? read_session(field, session) : simdjson::SUCCESS;
    });
}

}  // namespace

std::optional<Envelope> FrameReader::read_envelope(std::string_view frame) {
    const auto needed = frame.size() + simdjson::SIMDJSON_PADDING;
    if (text_.size() < needed) text_.resize(needed);
    frame.copy(text_.data(), frame.size());
    std::memset(text_.data() + frame.size(), 0, simdjson::SIMDJSON_PADDING);

    ondemand::document document;
    Envelope envelope;
    if (envelope_parser_.iterate(text_.data(), frame.size(), text_.size()).get(document)) return {};
    if (read_document(document, envelope)) return {};
    return envelope;
}

std::optional<SessionPayload> FrameReader::read_session(std::string_view payload) {
    if (payload.empty()) return {};
    // The payload lies in text_, so there is padding behind it as well.
    const auto offset = static_cast<std::size_t>(payload.data() - text_.data());
    const auto allocated = text_.size() - offset;

    ondemand::document document;
    SessionPayload session;
    if (payload_parser_.iterate(payload.data(), payload.size(), allocated).get(document)) return {};
    if (read_document(document, session)) return {};
    return session;
}

}  // namespace conduitd
