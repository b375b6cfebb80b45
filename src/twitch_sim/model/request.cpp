#include "twitch_sim/model/request.hpp"

#include <algorithm>
#include <charconv>

namespace twitch_sim {
namespace {

namespace json = boost::json;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<char> hex_pair(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() != 2 || error != std::errc() || end != text.data() + 2) return std::nullopt;
    return static_cast<char>(value);
}

std::string decode(std::string_view text) {
    if (std::ranges::none_of(text, [](char c) { return c == '%' || c == '+'; })) {
        return std::string(text);
    }
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto escaped = text[i] == '%' ? hex_pair(text.substr(i + 1, 2)) : std::nullopt;
        if (escaped) i += 2;
        out += escaped ? *escaped : text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

}  // namespace

Fields Fields::parse(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
        if (!pair.empty())
            fields.pairs_.emplace_back(decode(pair.substr(0, equals)), decode(value));
    }
    return fields;
}

std::optional<std::string> Fields::find(std::string_view name) const {
    for (const auto& pair : pairs_) {
        if (pair.first == name) return pair.second;
    }
    return std::nullopt;
}

Target Target::parse(std::string_view target) {
    const auto question = target.find('?');
    const auto query =
        question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    return {std::string(target.substr(0, question)), Fields::parse(query)};
}

std::optional<std::string_view> header(const HttpCall& call, std::string_view name) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    for (const auto& field : call.headers) {
        if (std::ranges::equal(field.first, name, same)) return field.second;
    }
    return std::nullopt;
}

std::optional<Parameters> Parameters::parse(const Target& target, std::string_view body) {
    Parameters parameters;
    parameters.query_ = target.query;
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return parameters;
    boost::system::error_code error;
    auto value = json::parse({body.data(), body.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    parameters.body_ = std::move(value.as_object());
    return parameters;
}

const json::value* Parameters::member(std::string_view name) const {
    return body_.if_contains({name.data(), name.size()});
}

std::optional<std::string> Parameters::text(std::string_view name) const {
    if (const auto* const value = member(name)) return text_of(*value);
    return query_.find(name);
}

std::optional<std::int64_t> Parameters::integer(std::string_view name) const {
    const auto value = text(name);
    return value ? parse_integer(*value) : std::nullopt;
}

std::optional<double> Parameters::number(std::string_view name) const {
    if (const auto* const value = member(name); value && value->is_double()) {
        return value->get_double();
    }
    const auto value = text(name);
    if (!value) return std::nullopt;
    double number = 0;
    const char* const last = value->data() + value->size();
    const auto [end, error] = std::from_chars(value->data(), last, number);
    return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

std::optional<bool> Parameters::yes_or_no(std::string_view name) const {
    if (const auto* const value = member(name); value && value->is_bool()) {
        return value->get_bool();
    }
    const auto value = text(name);
    if (value == "true") return true;
    if (value == "false") return false;
    return std::nullopt;
}

std::vector<std::string> Parameters::names() const {
    std::vector<std::string> out;
    for (const auto& member : body_) out.emplace_back(member.key().data(), member.key().size());
    for (const auto& pair : query_.pairs()) out.push_back(pair.first);
    return out;
}

std::optional<std::string> Parameters::shown(std::string_view name) const {
    if (const auto* const value = member(name)) return json::serialize(*value);
    return query_.find(name);
}

std::optional<std::string> text_of(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    return std::nullopt;
}

std::optional<std::string> text_at(const json::value& value, std::string_view name) {
    if (!value.is_object()) return std::nullopt;
    const auto* const found = value.get_object().if_contains({name.data(), name.size()});
    return found ? text_of(*found) : std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    return error == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

}  // namespace twitch_sim
