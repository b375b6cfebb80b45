#pragma once

#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/ledger.hpp"
#include "twitch_sim/model/sessions.hpp"
#include "twitch_sim/model/subscriptions.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

// Who is told of an event.
enum class Audience {
    every_conduit,
    // Those some shard of which had a transport at some time: a forgotten, never used conduit does
    // not fill the ledger with drops.
    bound_conduits,
};

// Takes events to shards: one notification for each conduit, with an id of its own, in the ledger
// whatever becomes of it.
class Delivery {
public:
    // All outlive this.
    struct Parts {
        Clock clock;
        Ids& ids;
        Conduits& conduits;
        Subscriptions& subscriptions;
        Sessions& sessions;
        Ledger& ledger;
    };
    explicit Delivery(Parts parts) : parts_(parts) {}

    // Answers the message ids, one for each conduit.
    std::vector<std::string> deliver(const Event& event, Audience audience, TimePoint now);

    // Sends a message again, byte for byte, to where its channel belongs now. False when it is
    // unknown: only the latest ones are kept.
    [[nodiscard]] bool repeat(std::string_view message_id, TimePoint now);

private:
    struct Recent {
        MessageId id;
        EventType type;
        std::string conduit_id;
        std::string channel_id;
        std::string text;
    };
    // So many bytes of text are kept for repeat().
    static constexpr std::size_t recent_bytes_max = 16 * 1024 * 1024;

    void send(const Conduit& conduit, const Recent& message, bool is_duplicate, TimePoint now);
    void keep(Recent message);

    Parts parts_;
    std::deque<Recent> recent_;
    std::size_t recent_bytes_ = 0;
};

}  // namespace twitch_sim
