#pragma once

#include "config/setting.hpp"

#include <string>
#include <vector>

namespace conduitd::settings {

// Ascending: a later one wins. What stands within one rank has to agree.
enum class Rank {
    yaml_file,
    credential,  // systemd's: what the unit hands over goes before what the file says
    environment,
    flag,
};

// One place that gives a setting a value.
struct Candidate {
    const Setting* setting;
    Rank rank;
    std::string origin;  // "--shard.id", "CONDUITD_SHARD_ID", "/etc/conduitd/conduitd.yaml:7"
    std::string text;
};

// What all sources together say, before anything is parsed.
struct Sources {
    // Whether the environment and the file are asked for this setting; null: for all of them.
    bool (*is_wanted)(const Setting& setting) = nullptr;

    std::vector<Candidate> candidates;
    std::vector<std::string> problems;
    std::vector<std::string> warnings;
    // Settings with a source that could not be used: they have a problem already and are not
    // reported as missing on top.
    std::vector<const Setting*> unusable;
    bool is_command_line_wrong = false;
    bool is_whole = true;  // false: a file could not be read to its end, anything may be missing

    [[nodiscard]] bool wants(const Setting& setting) const {
        return is_wanted == nullptr || is_wanted(setting);
    }
};

}  // namespace conduitd::settings
