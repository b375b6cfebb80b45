#include "telemetry/log_render.hpp"

#include "base/json.hpp"
#include "telemetry/utf8.hpp"

#include <algorithm>

namespace conduitd {
namespace {

constexpr std::string_view json_members[] = {"time", "level", "area", "message"};

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

std::string with_milliseconds(WallTime time) {
    std::string text = format_rfc3339(time);
    text.erase(text.size() - 7);  // six digits and the `Z`
    return text + 'Z';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool needs_quotes(char c) {
    return is_control(c) || c == ' ' || c == '"' || c == '=' || c == '\\';
}

// What happened is a sentence: blanks and signs are its own, control characters are not.
void append_sentence(std::string& out, const std::string& text) {
    if (std::ranges::any_of(text, is_control)) {
        append_json_string(out, text);
    } else {
        out += text;
    }
}

void append_value(std::string& out, const std::string& text) {
    if (text.empty() || std::ranges::any_of(text, needs_quotes)) {
        append_json_string(out, text);
    } else {
        out += text;
    }
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
    out += out.empty() ? '{' : ',';
    append_json_string(out, key);
    out += ':';
    append_json_string(out, repair_utf8(value));
}

}  // namespace

std::string render_text(const LogLine& line) {
    std::string out = with_milliseconds(line.time);
    out += ' ';
    out += name_of(line.level);
    out += ' ';
    out += line.area;
    out += ": ";
    append_sentence(out, repair_utf8(line.what));
    for (const LogField& field : line.fields) {
        out += ' ';
        out += field.key;
        out += '=';
        append_value(out, repair_utf8(field.value));
    }
    return out;
}

std::string render_json(const LogLine& line) {
    std::string out;
    append_member(out, "time", with_milliseconds(line.time));
    append_member(out, "level", name_of(line.level));
    append_member(out, "area", line.area);
    append_member(out, "message", line.what);
    for (const LogField& field : line.fields) {
        const bool is_taken = std::ranges::find(json_members, field.key) != std::end(json_members);
        append_member(out, is_taken ? std::string(field.key) + '_' : std::string(field.key),
                      field.value);
    }
    out += '}';
    return out;
}

}  // namespace conduitd
