#pragma once

#include "base/error.hpp"
#include "base/shard_set.hpp"
#include "helix/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Requests to Twitch's OAuth and Helix APIs as values (api_request.cpp), and their answers as
// values (api_answer.cpp). Pure: no state, no retries, no tokens kept. `make_*` builds a request,
// `parse_*` reads the body of a good answer.
namespace conduitd {

struct HelixEndpoints {
    Url id_url;     // https://id.twitch.tv
    Url helix_url;  // https://api.twitch.tv/helix
};

struct Conduit {
    std::string id;
    std::uint32_t shard_count = 0;
};

struct GrantedToken {
    std::string access_token;
    Duration expires_in{};  // zero when the answer does not say
};

struct TokenInfo {
    std::string client_id;
    std::string login;      // empty for an app token: that is how the two kinds are told apart
    Duration expires_in{};  // zero when the answer does not say, or the token never ends
};

// One shard of a listing or of an Update Conduit Shards answer.
struct Shard {
    std::string id;      // a decimal number as text
    std::string status;  // "enabled", …; any value that is not known is "not enabled"
    std::string method;  // "websocket" or "webhook"
    std::string session_id;
    // Once its session has ended. Absent, null or empty before that.
    std::optional<WallTime> disconnected_at = std::nullopt;

    [[nodiscard]] bool is_enabled() const { return status == "enabled"; }
    // A webhook that was given the shard has not answered yet: soon it has it, or has failed.
    [[nodiscard]] bool is_being_verified() const {
        return status == "webhook_callback_verification_pending";
    }
};

struct ShardError {
    std::string id;
    std::string message;  // for people; never branched on (nor is `code`)
    std::string code;
};

struct ShardUpdate {
    std::vector<Shard> shards;
    std::vector<ShardError> errors;
};

struct ShardPage {
    std::vector<Shard> shards;
    std::string cursor;  // empty on the last page
};

struct Subscription {
    std::string type;
    std::string status;      // "enabled", …
    std::string conduit_id;  // of its transport; empty for another kind of transport
};

struct SubscriptionPage {
    std::vector<Subscription> subscriptions;
    std::string cursor;  // empty on the last page
};

// Update Conduit Shards takes no more in one call (its reference page, 2026).
inline constexpr std::size_t shards_per_update_max = 100;

[[nodiscard]] HttpRequest make_token_request(const HelixEndpoints&, std::string_view client_id,
                                             std::string_view client_secret);
[[nodiscard]] HttpRequest make_validate_request(const HelixEndpoints&, std::string_view token);

// The rest take no token: `authorize` adds Authorization and Client-Id, so that a renewed token
// needs no rebuilt request.
[[nodiscard]] HttpRequest make_list_conduits(const HelixEndpoints&);
[[nodiscard]] HttpRequest make_create_conduit(const HelixEndpoints&, std::uint32_t shard_count);
[[nodiscard]] HttpRequest make_update_conduit(const HelixEndpoints&, std::string_view conduit_id,
                                              std::uint32_t shard_count);
[[nodiscard]] HttpRequest make_delete_conduit(const HelixEndpoints&, std::string_view conduit_id);
[[nodiscard]] HttpRequest make_list_shards(const HelixEndpoints&, std::string_view conduit_id,
                                           std::string_view after);
// Binds every shard of `shards` (1 to shards_per_update_max) to `session_id`.
[[nodiscard]] HttpRequest make_update_shards(const HelixEndpoints&, std::string_view conduit_id,
                                             const ShardSet& shards, std::string_view session_id);
// Those that one filter lets through, such as `type`: more than one is refused (reference page).
[[nodiscard]] HttpRequest make_list_subscriptions(const HelixEndpoints&, std::string_view filter,
                                                  std::string_view value, std::string_view after);
// To conduit.shard.disabled, of the conduit and by way of it.
[[nodiscard]] HttpRequest make_shard_disabled_subscription(const HelixEndpoints&,
                                                           std::string_view client_id,
                                                           std::string_view conduit_id);
[[nodiscard]] HttpRequest authorize(HttpRequest request, std::string_view client_id,
                                    std::string_view token);

// All answer errc::bad_message for a body that is not what the reference page promises; unknown
// fields are passed over, optional ones may be absent or null, and an id may be a number. A token
// or client id that could not stand in a header is a bad message too.
[[nodiscard]] Result<GrantedToken> parse_token(std::string_view body);
[[nodiscard]] Result<TokenInfo> parse_validation(std::string_view body);
[[nodiscard]] Result<std::vector<Conduit>> parse_conduits(std::string_view body);
// Whether it says which conduits there are, be it none: null is no list.
[[nodiscard]] bool lists_conduits(std::string_view body);
[[nodiscard]] Result<ShardPage> parse_shards(std::string_view body);
[[nodiscard]] Result<ShardUpdate> parse_shard_update(std::string_view body);
[[nodiscard]] Result<SubscriptionPage> parse_subscriptions(std::string_view body);

// "403 invalid client secret": the status and the `message` of an error body of either host,
// printable and at most 200 bytes; "503 Service Unavailable" when the body is not JSON (Twitch
// answers 5xx with HTML or nothing at times). Such a body is never quoted.
[[nodiscard]] std::string describe_failure(const HttpResponse& response);

// Visible ASCII, not empty and at most header_value_bytes_max, as tokens and client ids are: what
// may stand in a header unescaped.
inline constexpr std::size_t header_value_bytes_max = 4096;
[[nodiscard]] bool is_header_safe(std::string_view text);

}  // namespace conduitd
