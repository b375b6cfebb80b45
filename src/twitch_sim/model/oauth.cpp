#include "twitch_sim/model/oauth.hpp"

#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/words.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

// The same values are taken from the form and from the query (OAuth guide).
std::optional<std::string> parameter(const Fields& form, const Fields& query,
                                     std::string_view name) {
    auto value = form.find(name);
    if (!value) value = query.find(name);
    return value && !value->empty() ? value : std::nullopt;
}

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::floor<std::chrono::seconds>(duration).count();
}

}  // namespace

void OAuth::add_client(std::string client_id, std::string client_secret) {
    secrets_.insert_or_assign(std::move(client_id), std::move(client_secret));
}

bool OAuth::knows_client(std::string_view client_id) const {
    return secrets_.contains(client_id);
}

HttpAnswer OAuth::on_call(const HttpCall& call, const Target& target, TimePoint now) {
    if (target.path == "/oauth2/token" && call.method == "POST") return on_token(call, target, now);
    if (target.path == "/oauth2/validate" && call.method == "GET") return on_validate(call, now);
    if (target.path == "/oauth2/revoke" && call.method == "POST") return on_revoke(call, target);
    return make_oauth_error(404, "not found");
}

HttpAnswer OAuth::on_token(const HttpCall& call, const Target& target, TimePoint now) {
    const auto form = Fields::parse(call.body);
    const auto client_id = parameter(form, target.query, "client_id");
    const auto secret = parameter(form, target.query, "client_secret");
    const auto grant_type = parameter(form, target.query, "grant_type");
    if (!client_id) return make_oauth_error(400, "missing client id");
    if (!secret) return make_oauth_error(400, "missing client secret");
    if (!grant_type) return make_oauth_error(400, "missing grant type");
    if (*grant_type != "client_credentials") return make_oauth_error(400, "invalid grant type");
    const auto known = secrets_.find(*client_id);
    if (known == secrets_.end()) return make_oauth_error(400, "invalid client");
    if (known->second != *secret) return make_oauth_error(403, "invalid client secret");

    return make_json_text_answer(
        200, join({R"({"access_token":")", issue({*client_id, {}}, now), R"(","expires_in":)",
                   std::to_string(whole_seconds(lifetime_)), R"(,"token_type":"bearer"})"}));
}

std::string OAuth::issue(Holder holder, TimePoint now) {
    if (tokens_.size() >= tokens_max) {
        tokens_.erase(std::ranges::min_element(
            tokens_, {}, [](const auto& token) { return token.second.expires_at; }));
    }
    std::string token = ids_.make_token();
    tokens_.emplace(token, Token{std::move(holder), now + lifetime_});
    return token;
}

HttpAnswer OAuth::on_validate(const HttpCall& call, TimePoint now) {
    ++validations_;
    const auto token = token_of(call);
    const auto found = token ? tokens_.find(*token) : tokens_.end();
    if (found == tokens_.end() || found->second.expires_at <= now) {
        return make_oauth_error(401, "invalid access token");
    }
    const Holder& holder = found->second.holder;
    // Only the tokens of users say whose they are (OAuth guide).
    std::string user;
    if (!holder.is_app()) {
        user = join({R"(,"login":)", wire_string("user" + holder.user_id), R"(,"user_id":)",
                     wire_string(holder.user_id)});
    }
    const auto seconds = std::to_string(whole_seconds(found->second.expires_at - now));
    return make_json_text_answer(200, join({R"({"client_id":)", wire_string(holder.client_id),
                                            R"(,"scopes":[],"expires_in":)", seconds, user, "}"}));
}

HttpAnswer OAuth::on_revoke(const HttpCall& call, const Target& target) {
    const auto form = Fields::parse(call.body);
    const auto token = parameter(form, target.query, "token");
    if (!token || !drop_token(*token)) return make_oauth_error(400, "Invalid token");
    return make_empty_answer(200);
}

bool OAuth::drop_token(std::string_view token) {
    const auto found = tokens_.find(token);
    if (found == tokens_.end()) return false;
    tokens_.erase(found);
    return true;
}

const OAuth::Holder* OAuth::holder_of(std::string_view token, TimePoint now) const {
    const auto found = tokens_.find(token);
    if (found == tokens_.end() || found->second.expires_at <= now) return nullptr;
    return &found->second.holder;
}

std::optional<std::string_view> OAuth::token_of(const HttpCall& call) {
    const auto value = header(call, "authorization");
    if (!value) return std::nullopt;
    const auto blank = value->find(' ');
    const auto scheme = value->substr(0, blank);
    const bool is_known =
        scheme == "Bearer" || scheme == "bearer" || scheme == "OAuth" || scheme == "oauth";
    if (!is_known || blank == std::string_view::npos) return std::nullopt;
    return value->substr(blank + 1);
}

}  // namespace twitch_sim
