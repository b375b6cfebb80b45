#pragma once

#include "base/error.hpp"
#include "config/config.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

struct Flag {
    std::string name;                  // "shard.id"
    std::optional<std::string> value;  // none where another flag, or nothing, followed
};

// All that a configuration is made of, as text. The edge collects it; nothing here touches the
// world but through `read_file`.
struct ConfigInput {
    std::vector<Flag> flags;  // in the order given; a flag given twice with two values is refused
    std::map<std::string, std::string> environment;
    std::string host_name;  // of this host, for `shard.id: ordinal`
    // The file named by --config or CONDUITD_CONFIG must exist; the default one may be missing.
    std::string default_file = "/etc/conduitd/conduitd.yaml";
    std::function<Result<std::string>(const std::string& path)> read_file;
};

// One row of `conduitd config`: what is in force and where it came from.
struct EffectiveSetting {
    std::string name;   // "shard.id"
    std::string value;  // as a person would write it; "(set)" or "(not set)" for a secret
    std::string
        origin;  // "default", "--shard.id", "CONDUITD_SHARD_ID", "/etc/conduitd/conduitd.yaml:7"
};

struct LoadedConfig {
    Config config;
    std::vector<EffectiveSetting> settings;
    std::vector<std::string> warnings;
    // Which source went before which other: "shard.id: CONDUITD_SHARD_ID=3 overrides
    // /etc/conduitd/conduitd.yaml:7". No secret's value is in it.
    std::vector<std::string> notes;
    // One message each, all of them at once: where, key, what was found, what is allowed, what to
    // do. Empty means that `config` is valid. No message has a secret's value in it.
    std::vector<std::string> problems;
    // Some of the problems are not of the configuration, but of how the command line is written:
    // flags that do not exist or have no value.
    bool is_command_line_wrong = false;
};

// Flags > environment > systemd credentials > YAML file > defaults. Any bytes may come in; nothing
// is thrown. Where there are problems, `config` is not to be used.
[[nodiscard]] LoadedConfig load_config(const ConfigInput& input);

// Every setting's name, for the command line; secrets are left out: they are never given as flags.
struct SettingHelp {
    std::string name;
    std::string kind;      // of the value, in a word: "0..19999"
    std::string values;    // "a number from 0 to 19999"
    std::string fallback;  // the default, as a person would write it
    std::string help;      // one sentence
};
[[nodiscard]] std::vector<SettingHelp> settings_help();

}  // namespace conduitd
