#pragma once

#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/model.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
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

// Its object in notifications, as it stands on the wire.
[[nodiscard]] std::string wire_text(const Subscription& subscription);

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

    // One that nobody made, as wire_json() makes them up, with that status.
    [[nodiscard]] Subscription make_up_revoked(const std::string& conduit_id, const Event& event,
                                               std::string_view status, WallTime now);

    // The conduit is gone: its subscriptions stop and list as such.
    void on_conduit_deleted(std::string_view conduit_id);

    [[nodiscard]] const std::vector<Subscription>& all() const { return subscriptions_; }

    // The `subscription` object of a notification about `event` through a conduit. Events happen
    // whether or not anybody subscribed: without a subscription there is a made-up one, the same
    // each time. The text lives until the next change.
    [[nodiscard]] const std::string& wire_json(const std::string& conduit_id, const Event& event,
                                               WallTime now);

private:
    [[nodiscard]] Subscription find_or_make_up(const std::string& conduit_id, const Event& event,
                                               WallTime now);

    [[nodiscard]] Subscription make_up(const std::string& conduit_id, const Event& event,
                                       WallTime now);

    void forget_wire_json(const Subscription& subscription);

    // Made-up ones are forgotten, all at once, when tests invent ever more channels.
    static constexpr std::size_t wire_json_max = 100'000;

    Ids& ids_;
    std::vector<Subscription> subscriptions_;  // oldest first
    // By channel, in which the keys differ most, type and conduit.
    using WireKey = std::tuple<std::string, std::string, std::string>;
    using WireKeyView = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::map<WireKey, std::string, std::less<>> wire_json_;
};

}  // namespace twitch_sim
