#include "config/consistency.hpp"

#include "config/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace conduitd::settings {
namespace {

// Counts a setting whose source is unusable as set: that is a problem already.
bool is_given(const Sources& sources, const Choice& choice) {
    return choice.winner != nullptr ||
           std::ranges::find(sources.unusable, choice.setting) != sources.unusable.end();
}

std::string where_from(const Choice& choice, std::string_view otherwise) {
    return choice.winner == nullptr ? std::string(otherwise) : choice.winner->origin;
}

void check_endpoint(const Choice& choice, const Url& url, std::string_view traffic,
                    const Config& config, std::vector<std::string>& problems,
                    std::vector<std::string>& warnings) {
    if (choice.is_refused || url.is_tls() || url.is_loopback()) return;
    if (config.twitch.allow_plaintext) {
        warnings.push_back(fmt::format("{}: {} travel unencrypted to {}", choice.setting->name,
                                       traffic, url.host));
        return;
    }
    problems.push_back(describe(
        where_from(choice, "default"), choice.setting->name,
        fmt::format("\"{}\" is not encrypted", url.origin()),
        fmt::format("allowed: https:// and wss://, and others for loopback hosts; change the "
                    "scheme, or set {}: true in a network that you trust",
                    name::allow_plaintext)));
}

void check_order(const Choice& lower, std::uint32_t lower_percent, const Choice& upper,
                 std::uint32_t upper_percent, std::vector<std::string>& problems) {
    if (lower.is_refused || upper.is_refused || lower_percent < upper_percent) return;
    const Choice& given = lower.winner == nullptr ? upper : lower;
    problems.push_back(describe(
        where_from(given, "default"), lower.setting->name,
        fmt::format("{}% is not below {} ({}%)", lower_percent, upper.setting->name, upper_percent),
        fmt::format("allowed: {} below {}; lower the one or raise the other", lower.setting->name,
                    upper.setting->name)));
}

}  // namespace

void check_credentials(const Sources& sources, const Choices& choices,
                       std::vector<std::string>& problems) {
    const Choice& secret = choices.of(name::client_secret);
    const Choice& token = choices.of(name::access_token);
    if (secret.winner != nullptr && token.winner != nullptr) {
        problems.push_back(
            describe(fmt::format("{} and {}", secret.winner->origin, token.winner->origin), {},
                     fmt::format("both {} and {} are set", name::client_secret, name::access_token),
                     "allowed: one of them; remove the token to have conduitd ask for its own, or "
                     "the secret to use the token as it is"));
    }
    if (!sources.is_whole) return;

    const bool has_secret = is_given(sources, secret);
    const bool has_token = is_given(sources, token);
    if (!has_secret && !has_token) {
        problems.push_back(describe(
            name::client_secret, {}, "not set, and no access token either",
            fmt::format("set {} (or {}{}), or {}", secret.setting->alias, secret.setting->alias,
                        file_variable_suffix, token.setting->alias)));
    }
    const Choice& client_id = choices.of(name::client_id);
    if (!is_given(sources, client_id) && !has_token) {
        problems.push_back(describe(name::client_id, {}, "not set",
                                    fmt::format("set {}, or {} in the YAML file",
                                                client_id.setting->alias, name::client_id)));
    }
}

void check_encryption(const Choices& choices, const Config& config,
                      std::vector<std::string>& problems, std::vector<std::string>& warnings) {
    if (choices.of(name::allow_plaintext).is_refused) return;
    const auto check = [&](std::string_view name, const Url& url, std::string_view traffic) {
        check_endpoint(choices.of(name), url, traffic, config, problems, warnings);
    };
    check(name::id_url, config.twitch.id_url, "the client secret and tokens");
    check(name::helix_url, config.twitch.helix_url, "tokens");
    check(name::eventsub_url, config.twitch.eventsub_url, "events");
}

void check_growth(const Choices& choices, const Config& config,
                  std::vector<std::string>& problems) {
    const Choice& when_full = choices.of(name::when_full);
    const Choice& max = choices.of(name::shard_max);
    const bool may_grow = config.shard.when_full == Config::ShardSettings::WhenFull::grow;
    if (when_full.is_refused || max.is_refused || !may_grow || config.shard.max > 0) return;
    problems.push_back(
        describe(where_from(when_full, "default"), name::shard_max,
                 fmt::format("not set, and {} is grow", name::when_full),
                 fmt::format("allowed: {}; set it to how many shards the conduit may have",
                             max.setting->values)));
}

void check_supersession(const Choices& choices, const Config& config,
                        std::vector<std::string>& problems) {
    const Choice& when_superseded = choices.of(name::when_superseded);
    const auto& shard = config.shard;
    const bool is_auto = shard.ids.empty() && !shard.is_ordinal;
    const bool ends = shard.when_superseded == Config::ShardSettings::WhenSuperseded::exit;
    if (when_superseded.is_refused || choices.of(name::shard_id).is_refused) return;
    if (!is_auto || !ends) return;
    problems.push_back(describe(
        where_from(when_superseded, "default"), name::when_superseded,
        fmt::format("exit is for shards that are configured, and {} is auto", name::shard_id),
        fmt::format("set {} to a number, a range, a list or ordinal, or leave {} out: such a "
                    "worker takes another shard, and {} says what it does where none is free",
                    name::shard_id, name::when_superseded, name::when_full)));
}

void check_levels(const Choices& choices, const Config& config,
                  std::vector<std::string>& problems) {
    const auto check = [&](std::string_view available, std::string_view high,
                           std::string_view overload, const LevelPercents& levels) {
        check_order(choices.of(available), levels.available, choices.of(high), levels.high,
                    problems);
        check_order(choices.of(high), levels.high, choices.of(overload), levels.overload, problems);
    };
    check(name::load_available, name::load_high, name::load_overload, config.load.levels);
    check(name::backlog_available, name::backlog_high, name::backlog_overload,
          config.backlog.levels);
}

}  // namespace conduitd::settings
