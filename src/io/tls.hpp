#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

namespace conduitd {

// The TLS client settings of the process: TLS 1.2 or newer, certificate and host name checked
// against `ca_file` (PEM), or against the system's trust store when it is empty. Hides OpenSSL.
class TlsClient {
public:
    // Fails when ca_file cannot be read or holds no certificate; `reason` then says so for people.
    [[nodiscard]] static Result<std::shared_ptr<TlsClient>> make(const std::string& ca_file,
                                                                 std::string& reason);
    virtual ~TlsClient() = default;
};

}  // namespace conduitd
