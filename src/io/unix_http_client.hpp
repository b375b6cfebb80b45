#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"

#include <string>

namespace conduitd {

struct UnixHttpAnswer {
    unsigned status = 0;
    std::string body;
    Descriptor socket{-1};  // with 101: it is spoken to otherwise from now on
};

// One HTTP/1.1 request, without a body, to whoever listens at `path`; waits for the answer, but no
// longer than `timeout`. Errors: connection_refused (the socket of a dead process),
// no_such_file_or_directory, permission_denied, timed_out, filename_too_long, and those of a broken
// answer.
[[nodiscard]] Result<UnixHttpAnswer> ask_unix_socket(const std::string& path,
                                                     const std::string& method,
                                                     const std::string& target, Duration timeout);

}  // namespace conduitd
