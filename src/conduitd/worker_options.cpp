#include "conduitd/worker_options.hpp"

#include <algorithm>

namespace conduitd {
namespace {

WhenFull when_full(Config::ShardSettings::WhenFull setting) {
    switch (setting) {
        case Config::ShardSettings::WhenFull::wait:
            return WhenFull::wait;
        case Config::ShardSettings::WhenFull::grow:
            return WhenFull::grow;
        case Config::ShardSettings::WhenFull::exit:
            return WhenFull::exit;
    }
    return WhenFull::wait;
}

ConduitWish conduit_wish(const Config& config) {
    const auto& shard = config.shard;
    ConduitWish wish;
    wish.id = config.conduit.id;
    wish.shard_count = config.conduit.shard_count;
    wish.shards = shard.ids;
    wish.may_grow = config.conduit.grow;
    wish.may_recreate = config.conduit.recreate;
    wish.when_full = when_full(shard.when_full);
    wish.shard_max = shard.max;
    wish.when_superseded = shard.when_superseded == Config::ShardSettings::WhenSuperseded::exit
                               ? WhenSuperseded::exit
                               : WhenSuperseded::stand_by;
    return wish;
}

}  // namespace

WorkerOptions worker_options(const Config& config, const std::string& cached_token) {
    WorkerOptions options;
    options.helix.endpoints = {config.twitch.id_url, config.twitch.helix_url};
    options.helix.client_id = config.twitch.client_id;
    options.helix.client_secret = config.twitch.client_secret.reveal();
    options.helix.given_token = config.twitch.access_token.reveal();
    options.helix.cached_token = cached_token;
    options.helix.is_cache_shared = config.twitch.access_token.empty();
    options.eventsub_url = config.twitch.eventsub_url;
    options.conduit = conduit_wish(config);
    options.home.parks = config.drain.parks;
    options.ensures_shard_disabled = config.subscriptions.shard_disabled;
    options.stop_limit = std::min(options.stop_limit, config.drain.timeout * 3 / 4);
    return options;
}

}  // namespace conduitd
