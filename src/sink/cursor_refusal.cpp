#include "sink/cursor_refusal.hpp"

#include "spool/error.hpp"

#include <fmt/format.h>

namespace conduitd {

std::string describe_cursor_refusal(ErrorCode error, std::size_t consumers_max) {
    if (error != SpoolError::too_many_consumers) return error.message();
    return fmt::format(
        "{} names have one, and more are not kept (twice sink.unix.max_consumers, and those of "
        "sink.unix.consumers): forget one with `conduitctl consumers rm`, raise "
        "sink.unix.max_consumers, or wait until one was not seen for spool.consumer_ttl",
        consumers_max);
}

}  // namespace conduitd
