#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace conduitd {

// Why a server's certificate was refused; the values are OpenSSL's X509_V_ERR_*. The messages are
// in people's words and say what an operator can do.
const boost::system::error_category& certificate_category();

// The same words, with the host that showed the certificate.
[[nodiscard]] std::string describe_certificate_error(ErrorCode error, std::string_view host);

// A time limit of ours that passed; compares equal to errc::timed_out, as the kernel's own
// ETIMEDOUT does.
[[nodiscard]] ErrorCode make_timeout_error();

}  // namespace conduitd
