#include "config/setting.hpp"

#include <algorithm>

namespace conduitd::settings {

const Setting* find_setting(std::string_view name) {
    const auto table = all_settings();
    const auto row = std::ranges::find(table, name, &Setting::name);
    return row == table.end() ? nullptr : &*row;
}

std::string environment_name(const Setting& setting) {
    std::string out(environment_prefix);
    for (const char c : setting.name) {
        out += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return out;
}

std::string file_key(const Setting& setting) {
    return std::string(setting.name) + "_file";
}

}  // namespace conduitd::settings
