#pragma once

#include "base/log.hpp"
#include "conduitd/read_again.hpp"
#include "conduitd/token_cache.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/file_thread.hpp"
#include "io/turn_lock.hpp"

#include <functional>
#include <optional>
#include <string>

namespace conduitd {

// What files have of credentials: the token that is kept for the next start, and the secrets that
// are read again. Calls that may hang are on the thread of `files`.
class CredentialFiles {
public:
    // The references outlive this object.
    CredentialFiles(asio::io_context& context, FileThread& files, const Config& config,
                    ReadAgain read_again, Log log);

    // The token that the process before has kept; empty without one. Reads on the calling thread.
    [[nodiscard]] std::string load_token() const { return cache_.load(); }
    // Where it cannot be kept, that is logged.
    void store_token(const std::string& token);

    // `done` is called once with the token that is kept by then, of whichever worker; under the
    // lock that workers take before they ask for one, or without it, which is logged.
    using TokenRead = std::function<void(const std::string& token)>;
    void lock_token_cache(TokenRead done);
    // What was to be stored before is.
    void unlock_token_cache();

    // `done` gets what is there now, never before this returns; why there is nothing is logged.
    using Done = std::function<void(const std::optional<Credentials>&)>;
    void read_again(const Done& done);

private:
    void read_token(const TokenRead& done);
    void warn_token_not_kept(const std::string& reason) const;

    asio::io_context& context_;
    FileThread& files_;
    TokenCache cache_;
    TurnLock lock_;
    unsigned turn_ = 0;  // whose the calls for the lock are that are under way
    ReadAgain read_again_;
    Log log_;
};

}  // namespace conduitd
