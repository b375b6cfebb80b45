#pragma once

#include <cstdint>

namespace conduitd {

// So many records, and so many bytes of a segment they take.
struct Amount {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;

    Amount& operator+=(const Amount& other) {
        records += other.records;
        bytes += other.bytes;
        return *this;
    }
    Amount& operator-=(const Amount& other) {
        records -= other.records;
        bytes -= other.bytes;
        return *this;
    }
    bool operator==(const Amount&) const = default;
};

}  // namespace conduitd
