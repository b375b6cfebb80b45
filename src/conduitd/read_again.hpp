#pragma once

#include "helix/options.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

struct CredentialsRead {
    std::optional<Credentials> credentials;
    std::vector<std::string> problems;  // why there are none
};
// Reads the files again that the credentials came from. Called on a thread of its own, where it may
// hang for longer than run_daemon() lasts: it and its copies own all that they touch.
using ReadAgain = std::function<CredentialsRead()>;

}  // namespace conduitd
