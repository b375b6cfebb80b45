#include "config/derived.hpp"

#include "base/quote.hpp"
#include "config/control_path.hpp"
#include "config/parse_value.hpp"
#include "config/problem.hpp"
#include "config/shard_setting.hpp"
#include "config/state_dir.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conduitd::settings {
namespace {

void derive_state_dir(const ConfigInput& input, const Sources& sources, const Choices& choices,
                      Config& config, std::vector<DerivedValue>& derived) {
    if (choices.of(name::state_dir).winner != nullptr || !sources.is_whole) return;
    const auto found = default_state_dir(input);
    if (!found) return;
    config.state.dir = found->path;
    derived.push_back({name::state_dir, found->path, found->origin});
}

// The system bounds the path of a socket.
struct SocketSetting {
    std::string_view name;
    std::string path;
    std::string origin;
};

void check_socket(const SocketSetting& socket, std::vector<std::string>& problems) {
    if (socket.path.size() <= control_path_bytes_max) return;
    problems.push_back(describe(socket.origin, socket.name,
                                fmt::format("{} has {} bytes, and a socket's path at most {}",
                                            in_quotes(socket.path, shown_path_max),
                                            socket.path.size(), control_path_bytes_max),
                                fmt::format("set {} to a shorter path", socket.name)));
}

void derive_control_path(const ConfigInput& input, const Choices& choices, Config& config,
                         std::vector<DerivedValue>& derived, std::vector<std::string>& problems) {
    const Choice& choice = choices.of(name::control_path);
    const bool is_given = choice.winner != nullptr;
    auto& path = config.control.path;
    auto origin = is_given ? choice.winner->origin : std::string();
    if (!is_given && !config.state.dir.empty()) {
        auto found = default_control_path(input, config.state.dir, config.name);
        path = std::move(found.path);
        origin = std::move(found.origin);
    } else {
        path = with_name(path, config.name);
    }
    if (path.empty()) return;
    derived.push_back({name::control_path, path, origin});
    check_socket({name::control_path, path, origin}, problems);
}

void derive_unix_path(const ConfigInput& input, const Choices& choices, Config& config,
                      std::vector<DerivedValue>& derived, std::vector<std::string>& problems) {
    const Choice& choice = choices.of(name::unix_path);
    SocketSetting socket{name::unix_path, with_name(config.sink.unix_socket.path, config.name), {}};
    if (choice.winner != nullptr) {
        socket.origin = choice.winner->origin;
    } else if (!config.state.dir.empty()) {
        const auto folder = runtime_dir(input);
        socket.path = folder.value_or(config.state.dir) + "/events-" + config.name + ".sock";
        socket.origin = folder ? "RUNTIME_DIRECTORY" : std::string(name::state_dir);
    }
    config.sink.unix_socket.path = socket.path;
    if (config.sink.type == SinkType::standard_output) return;
    derived.push_back({name::unix_path, socket.path, socket.origin});
    check_socket(socket, problems);
}

// Ids of conduits are UUIDs; whatever else is given must not lead to another folder.
std::string folder_name(std::string_view id) {
    std::string out(id.empty() ? "auto" : id);
    for (char& c : out) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
        if (!is_plain) c = '_';
    }
    return out;
}

void derive_spool_dir(const Choices& choices, Config& config, std::vector<DerivedValue>& derived) {
    const Choice& choice = choices.of(name::spool_dir);
    auto& dir = config.spool.dir;
    if (choice.winner != nullptr) {
        dir = with_name(dir, config.name);
        if (!dir.empty()) derived.push_back({name::spool_dir, dir, choice.winner->origin});
    } else if (!config.state.dir.empty()) {
        dir = config.state.dir + "/" + folder_name(config.conduit.id) + "/" + config.name;
        derived.push_back({name::spool_dir, dir, std::string(name::state_dir)});
    }
}

// Where `shard.id` or `shard.offset` is refused already, nothing more is said of them.
void derive_shards(const ConfigInput& input, const Choices& choices, Config& config,
                   std::vector<DerivedValue>& derived, std::vector<std::string>& problems) {
    const Choice& choice = choices.of(name::shard_id);
    const Choice& offset = choices.of(name::shard_offset);
    auto& shards = config.shard;
    if (choice.is_refused || offset.is_refused) return;
    if (!shards.is_ordinal && shards.ids.empty()) {
        if (shards.offset == 0) return;
        problems.push_back(describe(
            offset.winner->origin, name::shard_offset,
            fmt::format("{} is added to numbers, and {} is auto", shards.offset, name::shard_id),
            fmt::format("set {} to a number, a range, a list or ordinal, or leave {} out",
                        name::shard_id, name::shard_offset)));
        return;
    }
    const auto origin = choice.winner != nullptr ? choice.winner->origin : "default";
    const auto refuse = [&](std::string_view found, const Refusal& refusal) {
        problems.push_back(describe(origin, name::shard_id,
                                    fmt::format("{} {}", found, refusal.why),
                                    allowed(*choice.setting)));
    };
    if (shards.is_ordinal) {
        const auto ordinal = ordinal_of(input.host_name);
        const auto host = in_quotes(input.host_name, shown_path_max);
        if (!ordinal) return refuse("ordinal: the host name " + host, ordinal.error());
        shards.ids = {*ordinal};
    }
    const auto text = choice.winner != nullptr ? choice.winner->text : shards.ids.text();
    auto shifted = shift(shards.ids, shards.offset);
    if (!shifted) return refuse(in_quotes(text, shown_path_max), shifted.error());
    shards.ids = std::move(*shifted);
    if (shards.is_ordinal || shards.offset != 0) {
        const auto from = shards.is_ordinal ? origin + ", the host name" : origin;
        derived.push_back(
            {name::shard_id, shards.ids.text(),
             offset.winner != nullptr ? from + " and " + offset.winner->origin : from});
    }
}

// "0,2,5-9" as one part of a path; "auto", "auto-NAME".
void derive_name(const Choices& choices, Config& config, std::vector<std::string>& problems) {
    if (choices.of(name::worker_name).winner != nullptr) return;
    const auto* const shards = choices.of(name::shard_id).winner;
    // One that was refused names nothing: it is told of already.
    const bool is_named =
        shards != nullptr && shards->text.starts_with(named_auto) && parse_name(shards->text);
    config.name = is_named ? std::string(shards->text) : config.shard.text();
    std::ranges::replace(config.name, ',', '_');
    if (config.name.size() <= name_bytes_max) return;
    problems.push_back(
        describe("default", name::worker_name,
                 fmt::format("\"{}...\" is what the shards are called, and longer than {} bytes",
                             config.name.substr(0, name_bytes_max), name_bytes_max),
                 allowed(*choices.of(name::worker_name).setting)));
}

}  // namespace

std::vector<DerivedValue> derive(const ConfigInput& input, const Sources& sources,
                                 const Choices& choices, Config& config,
                                 std::vector<std::string>& problems) {
    std::vector<DerivedValue> derived;
    derive_state_dir(input, sources, choices, config, derived);
    derive_shards(input, choices, config, derived, problems);
    derive_name(choices, config, problems);
    derive_control_path(input, choices, config, derived, problems);
    derive_unix_path(input, choices, config, derived, problems);
    derive_spool_dir(choices, config, derived);
    return derived;
}

}  // namespace conduitd::settings
