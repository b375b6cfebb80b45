#pragma once

#include "twitch_sim/model/agenda.hpp"
#include "twitch_sim/model/call_log.hpp"
#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/delivery.hpp"
#include "twitch_sim/model/event_source.hpp"
#include "twitch_sim/model/faults.hpp"
#include "twitch_sim/model/generator.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/ledger.hpp"
#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/oauth.hpp"
#include "twitch_sim/model/order_log.hpp"
#include "twitch_sim/model/rate_limit.hpp"
#include "twitch_sim/model/sessions.hpp"
#include "twitch_sim/model/subscriptions.hpp"

#include <deque>

namespace twitch_sim {

// All parts of the model, in the order in which they need each other. They refer to one another,
// so a World stays where it was made.
struct World {
    explicit World(ModelOptions wanted);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    Ids ids;
    ModelOptions options;  // with the credentials made up where there were none
    Clock clock;
    std::deque<Output> outputs;
    Agenda agenda;
    Faults faults;
    CallLog call_log;
    OrderLog order_log;
    OAuth oauth;
    RateLimit rate_limit;
    Conduits conduits;
    Subscriptions subscriptions;
    Ledger ledger;
    Sessions sessions;
    Delivery delivery;
    EventSource events;
    Generator generator;
};

}  // namespace twitch_sim
