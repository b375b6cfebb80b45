#pragma once

#include <string>

namespace conduitd::test {

// A self-signed certificate with its key, both as PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;
};

// `subject` as OpenSSL writes it: "DNS:localhost", "IP:127.0.0.1". Valid for a day, from a day ago
// when `is_expired`.
TestCertificate make_certificate(const std::string& subject, bool is_expired = false);

}  // namespace conduitd::test
