#pragma once

#include "config/load.hpp"
#include "config/sources.hpp"

namespace conduitd::settings {

// Adds the secrets that systemd laid into $CREDENTIALS_DIRECTORY (LoadCredential= and its kin),
// under any of three names: `twitch.client_secret`, `twitch_client_secret`, `client_secret`. A
// credential that is not there is not set.
void collect_credentials(const ConfigInput& input, Sources& sources);

}  // namespace conduitd::settings
