#pragma once

#include "eventsub/message.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// Lets through what a consumer asked for, by subscription type. Lines of the daemon's own
// (`conduitd.gap`) always pass, and so does what cannot be read: to forward too much is harmless.
class TypeFilter {
public:
    // No types: everything passes, and no frame is looked at.
    explicit TypeFilter(const std::vector<std::string>& types)
        : types_(types.begin(), types.end()) {}

    [[nodiscard]] bool matches(std::string_view frame);

private:
    std::set<std::string, std::less<>> types_;
    MessageParser parser_;
};

}  // namespace conduitd
