#include "conduitd/worker_options.hpp"

#include <algorithm>

namespace conduitd {

WorkerOptions worker_options(const Config& config, const std::string& cached_token) {
    WorkerOptions options;
    options.helix.endpoints = {config.twitch.id_url, config.twitch.helix_url};
    options.helix.client_id = config.twitch.client_id;
    options.helix.client_secret = config.twitch.client_secret.reveal();
    options.helix.given_token = config.twitch.access_token.reveal();
    options.helix.cached_token = cached_token;
    options.eventsub_url = config.twitch.eventsub_url;
    options.conduit = {config.conduit.id, config.conduit.shard_count, config.shard.ids};
    options.stop_limit = std::min(options.stop_limit, config.drain.timeout * 3 / 4);
    return options;
}

}  // namespace conduitd
