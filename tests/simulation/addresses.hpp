#pragma once

#include "base/url.hpp"

namespace simulation {

// Where workers look for Twitch.
inline const conduitd::Url id_url = *conduitd::parse_url("https://id.example");
inline const conduitd::Url helix_url = *conduitd::parse_url("https://api.example/helix");
inline const conduitd::Url eventsub_url = *conduitd::parse_url("wss://eventsub.example/ws");

}  // namespace simulation
