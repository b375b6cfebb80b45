#pragma once

#include "base/error.hpp"
#include "spool/gap.hpp"
#include "spool/spool_id.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// What went at a limit, kept until every consumer is past it, so that each is told: ranges of
// sequences, in order.
//
// What goes is not lost yet: a consumer may have been sent it before, and ack it afterwards. A loss
// is final once somebody was told of it.
class Losses {
public:
    // Beyond so many ranges the two oldest become one.
    static constexpr std::size_t ranges_max = 256;

    void add(const SpoolGap& range);

    // Every consumer that counts is past what is below `sequence`; those that do not count any more
    // have acked what is below `acked_end` too. True when something was forgotten.
    bool forget_below(std::uint64_t sequence, std::uint64_t acked_end);

    // The first between them, both included, that is known to be lost; none when nothing is.
    [[nodiscard]] std::optional<std::uint64_t> first_between(std::uint64_t first,
                                                             std::uint64_t last) const;
    [[nodiscard]] bool has(std::uint64_t first, std::uint64_t last) const {
        return first_between(first, last).has_value();
    }

    // The part of it from `first` to `last` for whoever comes to `first` there; what is not known
    // here counts as damage. The bytes are those of whole ranges, so they are an upper bound.
    [[nodiscard]] SpoolGap tell(std::uint64_t first, std::uint64_t last);

    // Records that went since the start of the process, but for those that every consumer has acked
    // all the same, and for `not_kept`: those were nobody's any more.
    [[nodiscard]] std::uint64_t records_lost() const { return records_lost_; }

    [[nodiscard]] std::string encode(const SpoolId& spool_id) const;
    // Errors: those of decode_document(); the spool's id comes with the answer.
    struct Decoded;
    [[nodiscard]] static Result<Decoded> decode(std::string_view bytes);

private:
    struct Range {
        SpoolGap gap;
        std::uint64_t doubtful = 0;  // of its records, in `records_lost_` and not final
    };
    [[nodiscard]] static Range join(const Range& earlier, const Range& later);

    std::deque<Range> ranges_;
    std::uint64_t records_lost_ = 0;
};

struct Losses::Decoded {
    SpoolId spool_id{};
    Losses losses;
};

}  // namespace conduitd
