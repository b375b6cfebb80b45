#include "twitch_sim/model/world.hpp"

#include <utility>

namespace twitch_sim {
namespace {

ModelOptions with_credentials(ModelOptions options, Ids& ids) {
    if (options.client_id.empty()) options.client_id = ids.make_token();
    if (options.client_secret.empty()) options.client_secret = ids.make_token();
    return options;
}

}  // namespace

World::World(ModelOptions wanted)
    : ids(wanted.seed),
      options(with_credentials(std::move(wanted), ids)),
      clock(options.epoch),
      oauth(ids),
      rate_limit(options.points_per_minute, clock),
      conduits(ids, options.conduit_limit),
      subscriptions(ids),
      ledger(options.ledger_entries_max),
      sessions({options, clock, ids, faults, conduits, ledger, outputs}),
      delivery({options, clock, ids, conduits, subscriptions, sessions, ledger, agenda}),
      events(options.channels, clock, ids),
      generator(options.events_per_second, options.events_max) {
    oauth.add_client(options.client_id, options.client_secret);
}

}  // namespace twitch_sim
