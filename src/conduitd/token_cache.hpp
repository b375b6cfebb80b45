#pragma once

#include "base/error.hpp"

#include <string>
#include <utility>

namespace conduitd {

// The app access token kept in the state folder, so that a restart needs no new one. A file that
// cannot be used is passed over: a token can always be fetched again.
class TokenCache {
public:
    TokenCache(const std::string& state_dir, std::string client_id)
        : path_(state_dir + "/token.json"), client_id_(std::move(client_id)) {}

    [[nodiscard]] const std::string& path() const { return path_; }

    // Empty when there is none for this client id.
    [[nodiscard]] std::string load() const;

    // Mode 0600. May be called on any thread.
    [[nodiscard]] ErrorCode store(const std::string& token) const;

private:
    std::string path_;
    std::string client_id_;
};

}  // namespace conduitd
