#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// Holds the lines that came out against the numbers of the load generator's events, which go up
// from 1 one by one.
class LineCounter {
public:
    // Bytes may be cut anywhere.
    void take(std::string_view bytes);

    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint64_t others() const { return others_; }      // lines without a number
    [[nodiscard]] std::uint64_t missed() const { return missed_; }      // numbers passed over
    [[nodiscard]] std::uint64_t repeated() const { return repeated_; }  // or out of order
    [[nodiscard]] bool is_mid_line() const { return !rest_.empty(); }

private:
    void take_line(std::string_view line);

    std::string rest_;  // of a line that was cut
    std::uint64_t next_ = 1;
    std::uint64_t events_ = 0;
    std::uint64_t others_ = 0;
    std::uint64_t missed_ = 0;
    std::uint64_t repeated_ = 0;
};

}  // namespace bench
