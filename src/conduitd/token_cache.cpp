#include "conduitd/token_cache.hpp"

#include "base/json.hpp"
#include "io/files.hpp"

#include <boost/json.hpp>

namespace conduitd {

std::string TokenCache::load() const {
    const auto text = read_file(path_);
    if (!text) return {};
    ErrorCode error;
    const auto value = boost::json::parse(*text, error);
    if (error || !value.is_object()) return {};
    const auto& object = value.get_object();
    const auto* const client_id = object.if_contains("client_id");
    const auto* const token = object.if_contains("access_token");
    if (client_id == nullptr || token == nullptr || !client_id->is_string() ||
        !token->is_string()) {
        return {};
    }
    const bool is_ours = std::string_view(client_id->get_string()) == client_id_;
    return is_ours ? std::string(token->get_string()) : std::string();
}

ErrorCode TokenCache::store(const std::string& token) const {
    std::string text = R"({"client_id":)";
    append_json_string(text, client_id_);
    text += R"(,"access_token":)";
    append_json_string(text, token);
    text += "}\n";
    return replace_file(path_, text);
}

}  // namespace conduitd
