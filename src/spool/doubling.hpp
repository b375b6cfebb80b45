#pragma once

#include <cstdint>

namespace conduitd {

// For a line of the log about a count that grows: due at first, and again when it is twice as much.
class Doubling {
public:
    // True when the line is to be written, which is taken as done.
    [[nodiscard]] bool is_due(std::uint64_t count) {
        if (count < 2 * said_) return false;
        said_ = count;
        return true;
    }

private:
    std::uint64_t said_ = 0;
};

}  // namespace conduitd
