#include "twitch_sim/model/faults.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

// Endpoints that are a prefix of another one.
bool is_endpoint(std::string_view path) {
    return path == "/helix/eventsub/conduits";
}

bool matches(const Fault& fault, std::string_view method, std::string_view path) {
    if (!fault.method.empty() && fault.method != method) return false;
    return is_endpoint(fault.path) ? path == fault.path : path.starts_with(fault.path);
}

}  // namespace

void Faults::add(Fault fault) {
    if (fault.times > 0) {
        faults_.push_back(std::move(fault));
        return;
    }
    std::erase_if(faults_, [&](const Fault& old) {
        return old.method == fault.method && old.path == fault.path;
    });
}

std::optional<Fault> Faults::take(std::string_view method, std::string_view path) {
    const auto found = std::ranges::find_if(
        faults_, [&](const Fault& fault) { return matches(fault, method, path); });
    if (found == faults_.end()) return std::nullopt;
    Fault fault = *found;
    if (--found->times == 0) faults_.erase(found);
    return fault;
}

}  // namespace twitch_sim
