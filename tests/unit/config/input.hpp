#pragma once

#include "config/load.hpp"
#include "config/location.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd::test {

inline constexpr std::string_view yaml_path = "/etc/conduitd/conduitd.yaml";

// What a configuration is loaded from, in memory. Starts with what is required, so that a test says
// only what it is about.
class Input {
public:
    Input() {
        with("TWITCH_CLIENT_ID", "client").with("TWITCH_CLIENT_SECRET", "hunter2");
        with("HOME", "/home/user");
    }

    Input& with(const std::string& variable, const std::string& value) {
        environment_[variable] = value;
        return *this;
    }
    Input& without(const std::string& variable) {
        environment_.erase(variable);
        return *this;
    }
    Input& flag(const std::string& name, const std::string& value) {
        flags_.push_back({name, value});
        return *this;
    }
    Input& valueless_flag(const std::string& name) {
        flags_.push_back({name, std::nullopt});
        return *this;
    }
    Input& host(const std::string& name) {
        host_name_ = name;
        return *this;
    }
    Input& file(const std::string& path, const std::string& content) {
        files_[path] = content;
        return *this;
    }
    Input& yaml(const std::string& content) { return file(std::string(yaml_path), content); }
    Input& unreadable(const std::string& path,
                      boost::system::errc::errc_t why = boost::system::errc::permission_denied) {
        unreadable_[path] = why;
        return *this;
    }

    [[nodiscard]] LoadedConfig load() const { return load_config(collect()); }
    [[nodiscard]] WorkerLocation locate() const { return locate_worker(collect()); }

private:
    [[nodiscard]] ConfigInput collect() const {
        ConfigInput input;
        input.flags = flags_;
        input.environment = environment_;
        input.host_name = host_name_;
        input.read_file = [this](const std::string& path) { return read(path); };
        return input;
    }
    [[nodiscard]] Result<std::string> read(const std::string& path) const {
        namespace errc = boost::system::errc;
        const auto refused = unreadable_.find(path);
        if (refused != unreadable_.end()) return errc::make_error_code(refused->second);
        const auto found = files_.find(path);
        if (found == files_.end()) return errc::make_error_code(errc::no_such_file_or_directory);
        return found->second;
    }

    std::vector<Flag> flags_;
    std::map<std::string, std::string> environment_;
    std::string host_name_;
    std::map<std::string, std::string> files_;
    std::map<std::string, boost::system::errc::errc_t> unreadable_;
};

// The row of `conduitd config` for one setting.
inline EffectiveSetting row(const LoadedConfig& loaded, std::string_view name) {
    const auto found = std::ranges::find(loaded.settings, name, &EffectiveSetting::name);
    return found == loaded.settings.end() ? EffectiveSetting{} : *found;
}

}  // namespace conduitd::test
