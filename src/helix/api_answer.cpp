#include "helix/api.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <limits>

namespace conduitd {
namespace {

namespace json = boost::json;

constexpr std::size_t failure_bytes_max = 200;
constexpr std::int64_t token_seconds_max = 10LL * 365 * 24 * 3600;  // longer lives count as this

ErrorCode bad_message() {
    return make_error_code(boost::system::errc::bad_message);
}

// A body for as long as it is looked into: its values stand in one piece of memory.
class ParsedBody {
public:
    explicit ParsedBody(std::string_view body) : value_(&memory_) {
        ErrorCode failure;
        value_ = json::parse(json::string_view(body.data(), body.size()), failure, &memory_);
        if (failure) value_ = nullptr;
    }

    // Null for what is no JSON, no object, or nested deeper than Boost.JSON's 32 levels.
    [[nodiscard]] const json::object* object() const { return value_.if_object(); }

private:
    unsigned char buffer_[4096];  // most fit, and it grows for those that do not
    json::monotonic_resource memory_{buffer_};
    json::value value_;
};

// A string, or a number as its digits; empty for anything else, null and absent included.
std::string text_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    if (value == nullptr) return {};
    if (const auto* const text = value->if_string()) return {text->data(), text->size()};
    if (const auto* const number = value->if_int64()) return std::to_string(*number);
    if (const auto* const number = value->if_uint64()) return std::to_string(*number);
    return {};
}

// Seconds as a duration: zero when absent or null, nullopt for what is no whole number from 0.
std::optional<Duration> seconds_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    if (value == nullptr || value->is_null()) return Duration::zero();
    if (value->is_uint64()) return std::chrono::seconds(token_seconds_max);
    const auto* const seconds = value->if_int64();
    if (seconds == nullptr || *seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(*seconds, token_seconds_max));
}

const json::object* object_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    return value == nullptr ? nullptr : value->if_object();
}

enum class Absent { is_empty, is_bad };

// The entries of a list. Null is a list without entries; an entry that is no object, and a value
// that is no list, are bad messages.
Result<std::vector<const json::object*>> list_of(const json::object& object, std::string_view key,
                                                 Absent absent) {
    std::vector<const json::object*> entries;
    const auto* const value = object.if_contains({key.data(), key.size()});
    if (value == nullptr && absent == Absent::is_bad) return bad_message();
    if (value == nullptr || value->is_null()) return entries;
    const auto* const array = value->if_array();
    if (array == nullptr) return bad_message();
    for (const auto& item : *array) {
        const auto* const entry = item.if_object();
        if (entry == nullptr) return bad_message();
        entries.push_back(entry);
    }
    return entries;
}

Result<Shard> parse_shard(const json::object& entry) {
    Shard shard;
    shard.id = text_of(entry, "id");
    if (shard.id.empty()) return bad_message();
    shard.status = text_of(entry, "status");
    if (const auto* const transport = object_of(entry, "transport")) {
        shard.method = text_of(*transport, "method");
        shard.session_id = text_of(*transport, "session_id");
        shard.disconnected_at = parse_rfc3339(text_of(*transport, "disconnected_at"));
    }
    return shard;
}

Result<std::vector<Shard>> parse_shard_list(const json::object& body, Absent absent) {
    const auto entries = list_of(body, "data", absent);
    if (!entries) return entries.error();
    std::vector<Shard> shards;
    for (const auto* const entry : *entries) {
        auto shard = parse_shard(*entry);
        if (!shard) return shard.error();
        shards.push_back(std::move(*shard));
    }
    return shards;
}

std::string printable(std::string_view text) {
    std::string out(text.substr(0, failure_bytes_max));
    std::ranges::replace_if(
        out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 422:
            return "Unprocessable Entity";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "without a message";
    }
}

}  // namespace

bool is_header_safe(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<GrantedToken> parse_token(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    const auto expires_in = seconds_of(*object, "expires_in");
    GrantedToken token{text_of(*object, "access_token"), expires_in.value_or(Duration::zero())};
    if (!expires_in || !is_header_safe(token.access_token)) return bad_message();
    return token;
}

Result<TokenInfo> parse_validation(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    const auto expires_in = seconds_of(*object, "expires_in");
    TokenInfo info{text_of(*object, "client_id"), text_of(*object, "login"),
                   expires_in.value_or(Duration::zero())};
    if (info.login.empty()) info.login = text_of(*object, "user_id");
    if (!expires_in || !is_header_safe(info.client_id)) return bad_message();
    return info;
}

Result<std::vector<Conduit>> parse_conduits(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    const auto entries = list_of(*object, "data", Absent::is_bad);
    if (!entries) return entries.error();
    std::vector<Conduit> conduits;
    for (const auto* const entry : *entries) {
        const auto* const count = entry->if_contains("shard_count");
        const auto* const number = count == nullptr ? nullptr : count->if_int64();
        auto id = text_of(*entry, "id");
        if (id.empty() || number == nullptr || *number < 0 ||
            *number > std::numeric_limits<std::uint32_t>::max()) {
            return bad_message();
        }
        conduits.push_back({std::move(id), static_cast<std::uint32_t>(*number)});
    }
    return conduits;
}

Result<ShardPage> parse_shards(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    auto shards = parse_shard_list(*object, Absent::is_bad);
    if (!shards) return shards.error();
    ShardPage page{std::move(*shards), {}};
    if (const auto* const pagination = object_of(*object, "pagination")) {
        page.cursor = text_of(*pagination, "cursor");
    }
    return page;
}

Result<SubscriptionPage> parse_subscriptions(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    const auto entries = list_of(*object, "data", Absent::is_bad);
    if (!entries) return entries.error();
    SubscriptionPage page;
    for (const auto* const entry : *entries) {
        const auto* const transport = object_of(*entry, "transport");
        page.subscriptions.push_back(
            {text_of(*entry, "type"), text_of(*entry, "status"),
             transport == nullptr ? std::string() : text_of(*transport, "conduit_id")});
    }
    if (const auto* const pagination = object_of(*object, "pagination")) {
        page.cursor = text_of(*pagination, "cursor");
    }
    return page;
}

Result<ShardUpdate> parse_shard_update(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    if (!object->contains("data") && !object->contains("errors")) return bad_message();
    auto shards = parse_shard_list(*object, Absent::is_empty);
    if (!shards) return shards.error();
    const auto entries = list_of(*object, "errors", Absent::is_empty);
    if (!entries) return entries.error();
    ShardUpdate update{std::move(*shards), {}};
    for (const auto* const entry : *entries) {
        update.errors.push_back(
            {text_of(*entry, "id"), text_of(*entry, "message"), text_of(*entry, "code")});
    }
    return update;
}

std::string describe_failure(const HttpResponse& response) {
    std::string message;
    const ParsedBody parsed(response.body);
    if (const auto* const object = parsed.object()) {
        message = printable(text_of(*object, "message"));
        if (message.empty()) message = printable(text_of(*object, "error"));
    }
    if (message.empty()) message = reason_phrase(response.status);
    return std::to_string(response.status) + " " + message;
}

}  // namespace conduitd
