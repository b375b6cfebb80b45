#pragma once

#include "base/log.hpp"

#include <string>

namespace conduitd {

// The app access token kept in the state folder, so that a restart needs no new one. A file that
// cannot be used is passed over: a token can always be fetched again.
class TokenCache {
public:
    TokenCache(const std::string& state_dir, std::string client_id, Log log);

    // Empty when there is none for this client id.
    [[nodiscard]] std::string load() const;

    // Mode 0600. A failure is logged.
    void store(const std::string& token) const;

private:
    std::string path_;
    std::string client_id_;
    Log log_;
};

}  // namespace conduitd
