#pragma once

#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/model.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace twitch_sim {

struct Subscription {
    std::string id;
    std::string client_id;
    std::string status;
    std::string type;
    std::string version;
    boost::json::object condition;
    std::string conduit_id;
    WallTime created_at{};
};

[[nodiscard]] boost::json::object to_json(const Subscription& subscription);

// What stands in each message about it between the time and what happened:
// `","subscription_type":…},"payload":{"subscription":{…}`.
[[nodiscard]] std::string wire_part(const Subscription& subscription);

class Subscriptions {
public:
    explicit Subscriptions(Ids& ids) : ids_(ids) {}  // `ids` outlives this

    // Gives it an id. The reference lives until the next change.
    const Subscription& add(Subscription subscription);
    bool remove(std::string_view id, std::string_view client_id);

    // Ends those that are enabled and match, and answers them as they now are; see
    // Delivery::revoke.
    using Matches = std::function<bool(const Subscription&)>;
    [[nodiscard]] std::vector<Subscription> revoke(const Matches& matches, std::string_view status);

    // One that nobody made, as wire_part() makes them up, with that status.
    [[nodiscard]] Subscription make_up_revoked(const std::string& conduit_id, const Event& event,
                                               std::string_view status, WallTime now);

    // The conduit is gone: its subscriptions stop and list as such.
    void on_conduit_deleted(std::string_view conduit_id);

    [[nodiscard]] const std::vector<Subscription>& all() const { return subscriptions_; }

    // That part of a notification about `event` through a conduit. Events happen whether or not
    // anybody subscribed: without a subscription there is a made-up one, the same each time. The
    // text lives until the next change.
    [[nodiscard]] const std::string& wire_part(const std::string& conduit_id, const Event& event,
                                               WallTime now);

private:
    [[nodiscard]] Subscription find_or_make_up(const std::string& conduit_id, const Event& event,
                                               WallTime now);

    [[nodiscard]] Subscription make_up(const std::string& conduit_id, const Event& event,
                                       WallTime now);

    void forget_wire_part(const Subscription& subscription);

    // Made-up ones are forgotten, all at once, when tests invent ever more channels.
    static constexpr std::size_t wire_parts_max = 100'000;

    Ids& ids_;
    std::vector<Subscription> subscriptions_;  // oldest first
    using WireKey = std::tuple<std::string, std::string, std::string>;
    using WireKeyView = std::tuple<std::string_view, std::string_view, std::string_view>;
    // Of the channel alone, in which they differ most.
    struct WireKeyHash {
        // The name that the library looks for. NOLINTNEXTLINE(readability-identifier-naming)
        using is_transparent = void;
        std::size_t operator()(const WireKeyView& key) const {
            return std::hash<std::string_view>()(std::get<0>(key));
        }
    };
    // By channel, type and conduit.
    std::unordered_map<WireKey, std::string, WireKeyHash, std::equal_to<>> wire_parts_;
};

}  // namespace twitch_sim
