#include "spool/losses.hpp"

#include "base/ensure.hpp"
#include "spool/byte_order.hpp"
#include "spool/document.hpp"
#include "spool/error.hpp"

#include <algorithm>

namespace conduitd {
namespace {

std::int64_t nanoseconds(std::optional<WallTime> time) {
    return time.value_or(WallTime()).time_since_epoch().count();
}

// Two ranges as one; the reason is the later one's.
SpoolGap join_gaps(const SpoolGap& earlier, const SpoolGap& later) {
    SpoolGap joined = later;
    joined.first = earlier.first;
    joined.last = std::max(earlier.last, later.last);
    joined.since = earlier.since;
    joined.bytes = earlier.bytes.value_or(0) + later.bytes.value_or(0);
    return joined;
}

}  // namespace

void Losses::add(const SpoolGap& range) {
    ensure(range.first <= range.last, "a loss is of a record at least");
    const bool was_wanted = range.reason != SpoolGapReason::not_kept;
    const auto doubtful = was_wanted ? range.last + 1 - range.first : 0;
    records_lost_ += doubtful;
    // Segments go at one end, and what waits in memory at the other.
    const auto later = std::upper_bound(
        ranges_.begin(), ranges_.end(), range.first,
        [](std::uint64_t first, const Range& other) { return first < other.gap.first; });
    ranges_.insert(later, {range, doubtful});
    if (ranges_.size() <= ranges_max) return;
    ranges_[1] = join(ranges_[0], ranges_[1]);
    ranges_.pop_front();
}

Losses::Range Losses::join(const Range& earlier, const Range& later) {
    return {join_gaps(earlier.gap, later.gap), earlier.doubtful + later.doubtful};
}

bool Losses::forget_below(std::uint64_t sequence, std::uint64_t acked_end) {
    const auto count = ranges_.size();
    for (; !ranges_.empty() && ranges_.front().gap.last < sequence; ranges_.pop_front()) {
        const Range& range = ranges_.front();
        if (range.gap.last < acked_end) records_lost_ -= range.doubtful;
    }
    return ranges_.size() < count;
}

std::optional<std::uint64_t> Losses::first_between(std::uint64_t first, std::uint64_t last) const {
    const auto found =
        std::find_if(ranges_.begin(), ranges_.end(), [first, last](const Range& range) {
            return range.gap.first <= last && range.gap.last >= first;
        });
    if (found == ranges_.end()) return std::nullopt;
    return std::max(first, found->gap.first);
}

SpoolGap Losses::tell(std::uint64_t first, std::uint64_t last) {
    SpoolGap gap{.first = first, .last = last, .reason = SpoolGapReason::damaged};
    bool is_known = false;
    for (auto& range : ranges_) {
        if (range.gap.last < first || range.gap.first > last) continue;
        gap = is_known ? join_gaps(gap, range.gap) : range.gap;
        range.doubtful = 0;
        is_known = true;
    }
    gap.first = first;
    gap.last = last;
    return gap;
}

std::string Losses::encode(const SpoolId& spool_id) const {
    std::string body;
    append_little(body, static_cast<std::uint32_t>(ranges_.size()));
    for (const auto& [range, doubtful] : ranges_) {
        append_little(body, range.first);
        append_little(body, range.last);
        append_little(body, range.bytes.value_or(0));
        append_little(body, nanoseconds(range.since));
        append_little(body, nanoseconds(range.until));
        append_little(body, static_cast<std::uint32_t>(range.reason));
    }
    return encode_document(DocumentKind::losses, spool_id, body);
}

Result<Losses::Decoded> Losses::decode(std::string_view bytes) {
    const auto document = decode_document(DocumentKind::losses, bytes);
    if (!document) return document.error();
    FieldReader fields(document->body);
    Decoded decoded{document->spool_id, {}};
    auto& ranges = decoded.losses.ranges_;
    auto count = std::min<std::size_t>(fields.take<std::uint32_t>(), ranges_max);
    for (std::uint64_t first = 0; count > 0; --count) {
        SpoolGap range;
        range.first = fields.take<std::uint64_t>();
        range.last = fields.take<std::uint64_t>();
        range.bytes = fields.take<std::uint64_t>();
        range.since = WallTime(Duration(fields.take<std::int64_t>()));
        range.until = WallTime(Duration(fields.take<std::int64_t>()));
        range.reason = static_cast<SpoolGapReason>(fields.take<std::uint32_t>());
        if (range.first < first || range.last < range.first) {
            return make_error_code(SpoolError::damaged);
        }
        first = range.first;
        ranges.push_back({range, 0});
    }
    if (!fields.is_whole()) return make_error_code(SpoolError::damaged);
    return decoded;
}

}  // namespace conduitd
