#include "helix/api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace conduitd {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t failure_bytes_max = 200;
constexpr std::size_t answer_depth_max = 32;
constexpr std::int64_t token_seconds_max = 10LL * 365 * 24 * 3600;  // longer lives count as this

ErrorCode bad_message() {
    return make_error_code(boost::system::errc::bad_message);
}

// A body for as long as it is looked into.
class ParsedBody {
public:
    explicit ParsedBody(std::string_view body) {
        const auto capacity = std::max(body.size(), dom::MINIMAL_DOCUMENT_CAPACITY);
        if (parser_.allocate(capacity, answer_depth_max) != simdjson::SUCCESS) return;
        is_object_ = parser_.parse(body.data(), body.size()).get(object_) == simdjson::SUCCESS;
    }

    // Null for what is no JSON, no object, or nested deeper than `answer_depth_max`.
    [[nodiscard]] const dom::object* object() const { return is_object_ ? &object_ : nullptr; }

private:
    dom::parser parser_;
    dom::object object_;
    bool is_object_ = false;
};

std::optional<dom::element> member(const dom::object& object, std::string_view key) {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
}

// A string, or a number as its digits; empty for anything else, null and absent included.
std::string text_of(const dom::object& object, std::string_view key) {
    const auto value = member(object, key);
    if (!value) return {};
    switch (value->type()) {
        case dom::element_type::STRING:
            return std::string(value->get_string().value_unsafe());
        case dom::element_type::INT64:
            return std::to_string(value->get_int64().value_unsafe());
        case dom::element_type::UINT64:
            return std::to_string(value->get_uint64().value_unsafe());
        default:
            return {};
    }
}

// A whole number that fits.
std::optional<std::int64_t> integer_of(const dom::object& object, std::string_view key) {
    const auto value = member(object, key);
    std::int64_t number = 0;
    if (!value || value->get(number) != simdjson::SUCCESS) return std::nullopt;
    return number;
}

// Seconds as a duration: zero when absent or null, nullopt for what is no whole number from 0.
std::optional<Duration> seconds_of(const dom::object& object, std::string_view key) {
    const auto value = member(object, key);
    if (!value || value->is_null()) return Duration::zero();
    if (value->type() == dom::element_type::UINT64) return std::chrono::seconds(token_seconds_max);
    const auto seconds = integer_of(object, key);
    if (!seconds || *seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(*seconds, token_seconds_max));
}

std::optional<dom::object> object_of(const dom::object& object, std::string_view key) {
    const auto value = member(object, key);
    dom::object found;
    if (!value || value->get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

enum class Absent { is_empty, is_bad };

// The entries of a list. Null is a list without entries; an entry that is no object, and a value
// that is no list, are bad messages.
Result<std::vector<dom::object>> list_of(const dom::object& object, std::string_view key,
                                         Absent absent) {
    std::vector<dom::object> entries;
    const auto value = member(object, key);
    if (!value && absent == Absent::is_bad) return bad_message();
    if (!value || value->is_null()) return entries;
    dom::array array;
    if (value->get(array) != simdjson::SUCCESS) return bad_message();
    entries.reserve(array.size());
    for (const dom::element item : array) {
        dom::object entry;
        if (item.get(entry) != simdjson::SUCCESS) return bad_message();
        entries.push_back(entry);
    }
    return entries;
}

// False for an entry without an id.
bool read_shard(const dom::object& entry, Shard& shard) {
    shard.id = text_of(entry, "id");
    shard.status = text_of(entry, "status");
    if (const auto transport = object_of(entry, "transport")) {
        shard.method = text_of(*transport, "method");
        shard.session_id = text_of(*transport, "session_id");
        shard.disconnected_at = parse_rfc3339(text_of(*transport, "disconnected_at"));
    }
    return !shard.id.empty();
}

Result<std::vector<Shard>> parse_shard_list(const dom::object& body, Absent absent) {
    const auto entries = list_of(body, "data", absent);
    if (!entries) return entries.error();
    std::vector<Shard> shards;
    shards.reserve(entries->size());
    for (const auto& entry : *entries) {
        if (!read_shard(entry, shards.emplace_back())) return bad_message();
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
    return !text.empty() && text.size() <= header_value_bytes_max &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
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
    for (const auto& entry : *entries) {
        const auto number = integer_of(entry, "shard_count");
        auto id = text_of(entry, "id");
        if (id.empty() || !number || *number < 0 ||
            *number > std::numeric_limits<std::uint32_t>::max()) {
            return bad_message();
        }
        conduits.push_back({std::move(id), static_cast<std::uint32_t>(*number)});
    }
    return conduits;
}

bool lists_conduits(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    const auto value = object != nullptr ? member(*object, "data") : std::nullopt;
    return value && value->is_array();
}

Result<ShardPage> parse_shards(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    auto shards = parse_shard_list(*object, Absent::is_bad);
    if (!shards) return shards.error();
    ShardPage page{std::move(*shards), {}};
    if (const auto pagination = object_of(*object, "pagination")) {
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
    for (const auto& entry : *entries) {
        const auto transport = object_of(entry, "transport");
        page.subscriptions.push_back({text_of(entry, "type"), text_of(entry, "status"),
                                      transport ? text_of(*transport, "conduit_id") : ""});
    }
    if (const auto pagination = object_of(*object, "pagination")) {
        page.cursor = text_of(*pagination, "cursor");
    }
    return page;
}

Result<ShardUpdate> parse_shard_update(std::string_view body) {
    const ParsedBody parsed(body);
    const auto* const object = parsed.object();
    if (object == nullptr) return bad_message();
    if (!member(*object, "data") && !member(*object, "errors")) return bad_message();
    auto shards = parse_shard_list(*object, Absent::is_empty);
    if (!shards) return shards.error();
    const auto entries = list_of(*object, "errors", Absent::is_empty);
    if (!entries) return entries.error();
    ShardUpdate update{std::move(*shards), {}};
    for (const auto& entry : *entries) {
        update.errors.push_back(
            {text_of(entry, "id"), text_of(entry, "message"), text_of(entry, "code")});
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
