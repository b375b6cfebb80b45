#pragma once

#include "twitch_sim/model/agenda.hpp"
#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/ledger.hpp"
#include "twitch_sim/model/sessions.hpp"
#include "twitch_sim/model/subscriptions.hpp"

#include <deque>
#include <optional>
#include <set>
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

// Where a copy of a message goes.
enum class CopyTo {
    shard,  // to the session that its channel belongs to now
    both,   // there, and to every other connection that the shard has just moved from
};

// Takes events to shards: one notification for each conduit, with an id of its own, in the ledger
// whatever becomes of it. Revocations go the same way.
class Delivery {
public:
    // All outlive this.
    struct Parts {
        const ModelOptions& options;
        Clock clock;
        Ids& ids;
        Conduits& conduits;
        Subscriptions& subscriptions;
        Sessions& sessions;
        Ledger& ledger;
        Agenda& agenda;
    };
    explicit Delivery(Parts parts) : parts_(parts) {}

    // What a test wants of the messages that it asks for.
    enum class Members { known, extra };  // extra: with members that Twitch does not have

    // Answers the message ids, one for each conduit.
    std::vector<std::string> deliver(const Event& event, Audience audience, TimePoint now,
                                     Members members = Members::known);

    // A notification of one subscription through its conduit, about an event that is not of a
    // channel; `key` is what is hashed to find the shard. Answers the message id; nullopt when the
    // conduit is gone.
    std::optional<std::string> notify(const Subscription& subscription, std::string_view key,
                                      std::string_view event, TimePoint now);

    // Tells that a subscription ended; its status says why. Routed by the broadcaster in its
    // condition, or by its conduit's id where there is none. Answers as notify().
    std::optional<std::string> revoke(const Subscription& subscription, TimePoint now);

    // Sends a message again, byte for byte. False when it is unknown: only the latest ones are
    // kept.
    [[nodiscard]] bool repeat(std::string_view message_id, CopyTo where, TimePoint now);

    // From now on every so-many-th message is sent twice; 0: none.
    struct Repeats {
        std::uint64_t every = 0;
        Duration delay{};  // 0: right behind the first
        CopyTo where = CopyTo::shard;
    };
    void set_repeats(Repeats repeats) {
        repeats_ = repeats;
        until_repeat_ = repeats.every;
    }

private:
    struct Recent {
        MessageId id;
        std::string_view type;  // a literal, or of `types_`
        std::string conduit_id;
        std::string key;  // the channel's id, or whatever else is hashed
        std::string text;
    };
    void send(const Conduit& conduit, const Recent& message, TimePoint now);
    void send_first(const Conduit& conduit, Recent&& message, TimePoint now);
    void send_copy(const Recent& message, CopyTo where, TimePoint now);
    void repeat_some(const Recent& message, TimePoint now);
    [[nodiscard]] std::vector<SocketId> sockets_for(const Shard& shard, CopyTo where);
    [[nodiscard]] LedgerIndex enter(const Conduit& conduit, const Recent& message,
                                    std::optional<std::uint32_t> shard, std::string_view session_id,
                                    bool is_duplicate, TimePoint now);
    void keep(Recent&& message);
    [[nodiscard]] std::string_view own_type(const std::string& type);

    Parts parts_;
    std::deque<Recent> recent_;
    std::size_t recent_bytes_ = 0;
    Repeats repeats_;
    std::uint64_t until_repeat_ = 0;            // messages up to and with the next one sent twice
    std::set<std::string, std::less<>> types_;  // of subscriptions; few
};

}  // namespace twitch_sim
