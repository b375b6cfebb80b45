#include "twitch_sim/server/yaml_json.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace twitch_sim {

namespace {

namespace json = boost::json;

constexpr int depth_max = 16;

// Parses all of the text or nothing.
template <class Number>
bool read_number(const std::string& text, Number& number) {
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    return error == std::errc() && end == last;
}

json::value scalar_to_json(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    const bool is_quoted = node.Tag() == "!";
    if (is_quoted) return json::string(text);
    if (text == "true" || text == "false") return text == "true";
    std::int64_t whole = 0;
    if (read_number(text, whole)) return whole;
    double number = 0;
    if (read_number(text, number) && std::isfinite(number)) return number;
    return json::string(text);
}

json::value to_json_at(const YAML::Node& node, int depth) {
    if (depth > depth_max) return nullptr;
    if (node.IsScalar()) return scalar_to_json(node);
    if (node.IsSequence()) {
        json::array out;
        for (const YAML::Node& item : node) out.push_back(to_json_at(item, depth + 1));
        return out;
    }
    if (node.IsMap()) {
        json::object out;
        for (const auto& member : node) {
            if (member.first.IsScalar()) {
                out[member.first.Scalar()] = to_json_at(member.second, depth + 1);
            }
        }
        return out;
    }
    return nullptr;
}

}  // namespace

json::value to_json(const YAML::Node& node) {
    return to_json_at(node, 0);
}

}  // namespace twitch_sim
