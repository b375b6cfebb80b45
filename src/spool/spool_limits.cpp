// What goes, and when: segments that every cursor has passed, those beyond a limit, and ids that
// are too old to be of use.

#include "spool/error.hpp"
#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void Spool::keep_limits(SpoolTime now) {
    while (segments_.size() > 1 && segment_bytes() > options_.bytes_max) {
        if (!drop_oldest(now, SpoolGapReason::full)) return;
    }
    if (options_.age_max == Duration::zero()) return;
    const auto too_old = now.wall - options_.age_max;
    if (!segments_.empty() && segments_.back().since < too_old) writer_->roll(now);
    while (segments_.size() > 1 && segments_.front().until < too_old) {
        if (!drop_oldest(now, SpoolGapReason::expired)) return;
    }
}

void Spool::remove_passed(SpoolTime now) {
    const auto passed = consumers_->passed(now.wall);
    if (!passed) return;
    while (segments_.size() > 1 && segments_.front().end - 1 <= *passed) {
        if (!remove_oldest(now)) return;
    }
    if (*passed == UINT64_MAX) return;
    const auto acked_end = consumers_->acked_by_everybody() + 1;
    if (losses_.forget_below(*passed + 1, acked_end)) save_losses();
}

// False when the file stays.
bool Spool::drop_oldest(SpoolTime now, SpoolGapReason reason) {
    const Segment& segment = segments_.front();
    const bool is_passed = consumers_->passed(now.wall).value_or(0) >= segment.end - 1;
    // Where its file could not be removed, it was said before.
    const bool is_said = losses_.has(segment.first, segment.end - 1);
    if (segment.has_records() && !is_passed && !is_said) {
        const auto records = segment.end - segment.first;
        const auto overhead_bytes = segment_header_bytes + records * record_head_bytes;
        records_dropped_ += records;
        say_dropped(segment, reason, now.wall);
        losses_.add({.first = segment.first,
                     .last = segment.end - 1,
                     .bytes = segment.bytes - std::min(segment.bytes, overhead_bytes),
                     .since = segment.since,
                     .until = segment.until,
                     .reason = reason});
        save_losses();
    }
    return remove_oldest(now);
}

// A consumer that stays away loses a segment after the other: it is said again when it is twice as
// much. One that is connected may have been sent what goes, and ack it yet: that is no loss so far.
void Spool::say_dropped(const Segment& segment, SpoolGapReason reason, WallTime now) {
    const auto behind = consumers_->behind(segment.end - 1, now);
    const bool may_be_acked_yet = behind && behind->is_attached;
    auto& said = may_be_acked_yet ? dropped_by_connected_said_ : dropped_said_;
    if (!said.is_due(records_dropped_)) return;
    const auto what =
        reason == SpoolGapReason::full
            ? "the spool is full: its oldest segment goes, not acked by every consumer"
            : "records are too old: a segment goes, not acked by every consumer";
    const std::string consumer = behind ? behind->name : "";
    const std::initializer_list<LogField> fields = {{"first", segment.first},
                                                    {"last", segment.end - 1},
                                                    {"records_dropped", records_dropped_},
                                                    {"not_acked_by", consumer},
                                                    {"connected", may_be_acked_yet}};
    may_be_acked_yet ? log_->warn(what, fields) : log_->error(what, fields);
}

// False when the file stays.
bool Spool::remove_oldest(SpoolTime now) {
    const Segment& segment = segments_.front();
    if (options_.keeps_ids() && segment.until + options_.dedupe_window > now.wall) {
        keep_ids(segment);
    }
    const auto name = segment_name(segment.first);
    const auto error = files_->remove(name);
    if (error && error != boost::system::errc::no_such_file_or_directory) {
        if (!std::exchange(is_removal_trouble_said_, true)) {
            log_->error("a segment cannot be removed",
                        {{"file", name}, {"reason", error.message()}});
        }
        return false;
    }
    is_removal_trouble_said_ = false;
    removed_end_ = std::max(removed_end_, segment.end);
    segments_.pop_front();
    return true;
}

// By the processes before: what every cursor has passed may be gone. What is missing behind that is
// damage.
void Spool::note_removed_before(WallTime now) {
    const auto passed = consumers_->passed(now).value_or(0);
    const auto oldest = segments_.empty() ? writer_->next_sequence() : segments_.front().first;
    removed_end_ = std::min(passed, oldest - 1) + 1;
}

// Each start begins a segment; those that got no record do not stay.
void Spool::remove_empty_segments() {
    for (auto segment = segments_.begin(); segment != segments_.end();) {
        const bool is_last = segment + 1 == segments_.end();
        if (segment->has_records() || is_last || files_->remove(segment_name(segment->first))) {
            ++segment;
        } else {
            segment = segments_.erase(segment);
        }
    }
}

// The ids of a segment that is about to go, where they are not written yet.
void Spool::keep_ids(const Segment& segment) {
    ids_files_[segment.first] = segment.until;
    if (segment.has_ids_file) return;
    const auto name = ids_name(segment.first);
    const auto written = replace_file(
        *files_, name, encode_ids({id_, segment.first, ids_of_records(segment)}), durability());
    if (!written) {
        log_->warn("ids are lost for the dedupe window",
                   {{"file", name}, {"reason", written.error().message()}});
    }
}

void Spool::remove_old_ids(SpoolTime now) {
    for (auto file = ids_files_.begin(); file != ids_files_.end();) {
        const bool has_segment = !segments_.empty() && file->first >= segments_.front().first;
        if (has_segment || file->second + options_.dedupe_window > now.wall ||
            files_->remove(ids_name(file->first))) {
            ++file;
        } else {
            file = ids_files_.erase(file);
        }
    }
}

void Spool::each_id(WallTime since, const TakeIds& take) const {
    std::map<std::uint64_t, const Segment*> sources;
    for (const auto& [first, until] : ids_files_) sources[first] = nullptr;
    for (const auto& segment : segments_) sources[segment.first] = &segment;
    for (const auto& [first, segment] : sources) {
        if (segment != nullptr && segment->until < since) continue;
        auto ids = read_ids(first, segment != nullptr);
        if (ids.empty() && segment != nullptr) ids = ids_of_records(*segment);
        const auto first_young = std::find_if(ids.begin(), ids.end(), [since](const auto& entry) {
            return entry.received_at >= since;
        });
        if (first_young != ids.end()) take({first_young, ids.end()});
    }
}

// Empty when there is no such file, or not a whole one.
std::vector<SpooledId> Spool::read_ids(std::uint64_t first, bool has_segment) const {
    if (!ids_files_.contains(first)) return {};
    const auto text = read_whole(*files_, ids_name(first), ids_file_bytes_max);
    auto file = text ? decode_ids(*text) : Result<IdsFile>(text.error());
    if (file && file->first != first) file = make_error_code(SpoolError::damaged);
    if (file) return std::move(file->ids);
    log_->error("the ids of a segment cannot be read",
                {{"file", ids_name(first)},
                 {"reason", file.error().message()},
                 {"so", has_segment ? "they are taken from its records"
                                    : "messages that came before may come twice"}});
    return {};
}

std::vector<SpooledId> Spool::ids_of_records(const Segment& segment) const {
    std::vector<SpooledId> ids;
    const auto file = files_->open(segment_name(segment.first), FileSystem::Mode::read);
    if (!file) return ids;
    SegmentWalk walk(**file, {seed_, segment.first, segment.end, segment_header_bytes});
    for (;;) {
        const auto found = walk.step();
        if (!found || *found == SegmentWalk::Found::nothing) return ids;
        if (*found != SegmentWalk::Found::record || walk.record().id == IdDigest{}) continue;
        ids.push_back({walk.record().id, walk.record().received_at});
    }
}

// Where it cannot be written, a consumer that comes after a restart is told less.
void Spool::save_losses() {
    const auto written = replace_file(*files_, losses_name, losses_.encode(id_), durability());
    if (!written) {
        log_->warn("what was dropped is not written down", {{"reason", written.error().message()}});
    }
}

std::uint64_t Spool::segment_bytes() const {
    if (segments_.empty()) return 0;
    // Summed anew only when there are other segments: there may be thousands.
    const Segment& last = segments_.back();
    if (older_bytes_.first != segments_.front().first || older_bytes_.last != last.first) {
        older_bytes_ = {segments_.front().first, last.first, 0};
        for (const auto& segment : segments_) older_bytes_.bytes += segment.bytes;
        older_bytes_.bytes -= last.bytes;
    }
    return older_bytes_.bytes + last.bytes;
}

Durability Spool::durability() const {
    return options_.sync == SyncPolicy::none ? Durability::unsynced : Durability::synced;
}

}  // namespace conduitd
