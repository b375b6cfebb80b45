#pragma once

#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/request.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

// The token host: client credentials in, app access tokens out.
class OAuth {
public:
    // Whom a token was issued to. A user's token is refused by what wants an app token.
    struct Holder {
        std::string client_id;
        std::string user_id;  // empty: an app token

        [[nodiscard]] bool is_app() const { return user_id.empty(); }
    };

    explicit OAuth(Ids& ids) : ids_(ids) {}  // `ids` outlives this

    // Accepts these credentials from now on; replaces the secret of a known client.
    void add_client(std::string client_id, std::string client_secret);
    [[nodiscard]] bool knows_client(std::string_view client_id) const;

    // Paths /oauth2/token, /oauth2/validate, /oauth2/revoke.
    [[nodiscard]] HttpAnswer on_call(const HttpCall& call, const Target& target, TimePoint now);

    // The holder of a valid token, or null; lives until the next change. A token made later does
    // not end an earlier one (observed with real clients).
    [[nodiscard]] const Holder* holder_of(std::string_view token, TimePoint now) const;

    // A new token. Users get theirs by a consent page, which the simulator does not have.
    std::string issue(Holder holder, TimePoint now);

    // The token of an `Authorization` header, with either of the schemes that Twitch takes. It
    // lives as long as the call.
    [[nodiscard]] static std::optional<std::string_view> token_of(const HttpCall& call);

    // A token is invalid at once; false when it is unknown.
    bool drop_token(std::string_view token);

    // All tokens are invalid at once.
    void drop_tokens() { tokens_.clear(); }

    // For the tokens issued from now on; at least a second.
    void set_lifetime(Duration lifetime) { lifetime_ = lifetime; }

    [[nodiscard]] std::size_t tokens() const { return tokens_.size(); }
    [[nodiscard]] std::uint64_t validations() const { return validations_; }

private:
    struct Token {
        Holder holder;
        TimePoint expires_at;
    };

    HttpAnswer on_token(const HttpCall& call, const Target& target, TimePoint now);
    HttpAnswer on_validate(const HttpCall& call, TimePoint now);
    HttpAnswer on_revoke(const HttpCall& call, const Target& target);

    // The oldest token goes when a client asks for ever more of them.
    static constexpr std::size_t tokens_max = 10'000;

    Ids& ids_;
    std::map<std::string, std::string, std::less<>> secrets_;  // by client id
    std::map<std::string, Token, std::less<>> tokens_;
    // Seen lifetimes are 58 to 60 days.
    Duration lifetime_ = std::chrono::seconds(5'011'271);
    std::uint64_t validations_ = 0;
};

}  // namespace twitch_sim
