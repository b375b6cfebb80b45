#pragma once

#include "base/error.hpp"

#include <string>

namespace twitch_sim {

// A private key and the certificate that it signed itself, both PEM.
struct Certificate {
    std::string certificate;
    std::string private_key;
};

// For localhost, 127.0.0.1 and ::1; EC P-256; valid from yesterday for a year. It may sign, so a
// client can take it as its only authority. Fails only when OpenSSL does (out of memory, no
// entropy).
[[nodiscard]] conduitd::Result<Certificate> make_certificate();

}  // namespace twitch_sim
