#pragma once

#include "config/choose.hpp"
#include "config/config.hpp"
#include "config/sources.hpp"

#include <string>
#include <vector>

namespace conduitd::settings {

// What the settings must be together, beyond what each row of the table says.

// A client id and exactly one of client secret and access token. The client id may be left out
// beside an access token: validating the token tells it.
void check_credentials(const Sources& sources, const Choices& choices,
                       std::vector<std::string>& problems);

// Tokens and events leave the machine encrypted, unless `twitch.allow_plaintext` says otherwise;
// then there is a warning for each URL.
void check_encryption(const Choices& choices, const Config& config,
                      std::vector<std::string>& problems, std::vector<std::string>& warnings);

// A conduit does not grow without an end: `shard.when_full: grow` goes with `shard.max`.
void check_growth(const Choices& choices, const Config& config, std::vector<std::string>& problems);

// A worker that takes any shard looks for another one where somebody else has its own: nothing is
// there that `shard.when_superseded: exit` could end.
void check_supersession(const Choices& choices, const Config& config,
                        std::vector<std::string>& problems);

// Each level's limit is above that of the one before: with less between entering and leaving it, a
// level would flap.
void check_levels(const Choices& choices, const Config& config, std::vector<std::string>& problems);

}  // namespace conduitd::settings
