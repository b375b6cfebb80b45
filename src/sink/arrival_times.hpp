#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace conduitd {

// When records came, so that the age of what a consumer has not taken is known without a look into
// the spool. Remembers marks, not records: near in time as often as it is told, further back ever
// fewer, so that an age is at most an eighth too long and the memory bounded.
class ArrivalTimes {
public:
    // At so many marks they are thinned out; fewer than half are left of any.
    static constexpr std::size_t marks_max = 2048;

    // The records below `next` have come by `now`; neither falls.
    void on_sample(std::uint64_t next, TimePoint now);

    // For how long the record has been there: zero when it has not come. Of one that was there
    // before the first sample that is all that is known.
    [[nodiscard]] Duration age_of(std::uint64_t sequence, TimePoint now) const;

private:
    struct Mark {
        std::uint64_t end;  // the records below it came at `at`, or not much later
        TimePoint at;
    };

    void thin_out(TimePoint now);

    std::vector<Mark> marks_;  // in order of both
};

}  // namespace conduitd
