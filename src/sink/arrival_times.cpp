#include "sink/arrival_times.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void ArrivalTimes::on_sample(std::uint64_t next, TimePoint now) {
    if (!marks_.empty() && marks_.back().end >= next) return;
    if (marks_.size() >= marks_max) thin_out(now);
    marks_.push_back({next, now});
}

Duration ArrivalTimes::age_of(std::uint64_t sequence, TimePoint now) const {
    const auto mark = std::ranges::upper_bound(marks_, sequence, {}, &Mark::end);
    return mark == marks_.end() ? Duration::zero() : now - mark->at;
}

// What a mark stands for came before the next mark. Where that is, measured by its age, near enough
// to the mark before, one mark will do for both.
void ArrivalTimes::thin_out(TimePoint now) {
    constexpr int parts = 8;
    std::vector<Mark> kept;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const bool is_last = i + 1 == marks_.size();
        const auto came_by = is_last ? now : marks_[i + 1].at;
        const bool is_near = !kept.empty() && (came_by - kept.back().at) * parts <= now - came_by;
        if (is_near) {
            kept.back().end = marks_[i].end;
        } else {
            kept.push_back(marks_[i]);
        }
    }
    marks_ = std::move(kept);
}

}  // namespace conduitd
