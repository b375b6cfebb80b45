#include "conduitd/conduit_memory.hpp"

#include "io/files.hpp"

#include <boost/json.hpp>

namespace conduitd {

std::map<std::string, std::string> ConduitMemory::load() const {
    std::map<std::string, std::string> remembered;
    const auto text = read_file(path_);
    if (!text) return remembered;
    ErrorCode error;
    const auto value = boost::json::parse(*text, error);
    if (error || !value.is_object()) return remembered;
    for (const auto& [client_id, conduit_id] : value.get_object()) {
        if (!conduit_id.is_string()) continue;
        remembered.emplace(std::string(client_id), std::string(conduit_id.get_string()));
    }
    return remembered;
}

ErrorCode ConduitMemory::store(const std::string& client_id, const std::string& conduit_id) const {
    auto remembered = load();
    if (remembered.size() >= client_ids_max) remembered.clear();
    remembered[client_id] = conduit_id;
    boost::json::object document;
    for (const auto& entry : remembered) document[entry.first] = entry.second;
    return replace_file(path_, boost::json::serialize(document) + "\n");
}

}  // namespace conduitd
