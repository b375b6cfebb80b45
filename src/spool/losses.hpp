#pragma once

#include "base/error.hpp"
#include "spool/gap.hpp"
#include "spool/spool_id.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace conduitd {

// What went at a limit, kept until every consumer is past it, so that each is told: ranges of
// sequences, in order.
class Losses {
public:
    // Beyond so many ranges the two oldest become one.
    static constexpr std::size_t ranges_max = 256;

    void add(const SpoolGap& range);

    // Consumers are past everything below `sequence`. True when something was forgotten.
    bool forget_below(std::uint64_t sequence);

    // Something between them, both included, is known to be lost.
    [[nodiscard]] bool has(std::uint64_t first, std::uint64_t last) const;

    // The part of it from `first` to `last` for whoever comes to `first` there; what is not known
    // here counts as damage. The bytes are those of whole ranges, so they are an upper bound.
    [[nodiscard]] SpoolGap gap(std::uint64_t first, std::uint64_t last) const;

    [[nodiscard]] bool empty() const { return ranges_.empty(); }

    [[nodiscard]] std::string encode(const SpoolId& spool_id) const;
    // Errors: those of decode_document(); the spool's id comes with the answer.
    struct Decoded;
    [[nodiscard]] static Result<Decoded> decode(std::string_view bytes);

private:
    std::deque<SpoolGap> ranges_;
};

struct Losses::Decoded {
    SpoolId spool_id{};
    Losses losses;
};

}  // namespace conduitd
