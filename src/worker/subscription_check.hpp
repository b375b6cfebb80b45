#pragma once

#include "helix/api.hpp"
#include "helix/client.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace conduitd {

inline constexpr std::string_view shard_disabled_type = "conduit.shard.disabled";

struct SubscriptionsChecked {
    bool has_none = false;     // the conduit has none but that of conduit.shard.disabled
    bool has_created = false;  // that one
    std::string refusal;       // of it, for people
};
struct SubscriptionsUnknown {
    std::string why;  // for people
};
// What to ask for next, or what came of it.
using SubscriptionStep = std::variant<HttpRequest, SubscriptionsChecked, SubscriptionsUnknown>;

// What a conduit is subscribed to: whether to anything at all, by the first page of its
// subscriptions; and, where that is wished for, to conduit.shard.disabled, which is created unless
// it is there. Get EventSub Subscriptions takes one filter at a time (its reference page), so these
// are two questions. Two workers that ask at once are answered 409 by turns: whoever is refused
// looks again.
class SubscriptionCheck {
public:
    enum class Scope {
        anything,        // whether there is any
        shard_disabled,  // that one alone
        both,
    };

    // The second question's pages: one per 100 subscriptions of that type, of all conduits.
    static constexpr std::size_t pages_max = 10;

    SubscriptionCheck(const HelixEndpoints& endpoints, std::string conduit_id,
                      std::string client_id, Scope scope)
        : endpoints_(endpoints),
          conduit_id_(std::move(conduit_id)),
          client_id_(std::move(client_id)),
          scope_(scope),
          stage_(scope == Scope::anything ? Stage::survey : Stage::search) {}

    [[nodiscard]] HttpRequest first_request() const;

    // Takes the answer to what was asked for last.
    [[nodiscard]] SubscriptionStep on_answer(const Completion& completion);

private:
    enum class Stage { search, creation, second_search, survey };

    [[nodiscard]] SubscriptionStep on_search(const SubscriptionPage& page);
    [[nodiscard]] SubscriptionStep begin_survey();

    HelixEndpoints endpoints_;
    std::string conduit_id_;
    std::string client_id_;
    Scope scope_;
    Stage stage_;
    std::size_t pages_ = 0;
    SubscriptionsChecked found_;
};

}  // namespace conduitd
