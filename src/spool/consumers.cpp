#include "spool/consumers.hpp"

#include "spool/file_name.hpp"

#include <algorithm>

namespace conduitd {
namespace {

// That a consumer is still there is written down so often.
constexpr Duration seen_interval = std::chrono::hours(1);

}  // namespace

Consumers::Consumers(FileSystem& files, const SpoolId& spool_id, const SpoolOptions& options)
    : files_(&files),
      spool_id_(spool_id),
      ttl_(options.consumer_ttl),
      consumers_max_(options.consumers_max),
      durability_(options.sync == SyncPolicy::none ? Durability::unsynced : Durability::synced) {}

void Consumers::restore(const std::string& name, const Cursor& cursor) {
    consumers_[name] = {cursor.acked, cursor.seen_at, false, cursor};
}

Result<std::uint64_t> Consumers::attach(const std::string& name, std::uint64_t acked_if_new,
                                        WallTime now) {
    if (!is_consumer_name(name)) return make_error_code(SpoolError::bad_consumer_name);
    auto found = consumers_.find(name);
    if (found == consumers_.end()) {
        if (!make_room(now)) return make_error_code(SpoolError::too_many_consumers);
        found = consumers_.emplace(name, Consumer{acked_if_new, now, false, {}}).first;
        if (const auto error = save(*found, now)) {
            consumers_.erase(found);
            return error;
        }
    }
    found->second.is_attached = true;
    return found->second.acked;
}

void Consumers::detach(const std::string& name, WallTime now) {
    const auto found = consumers_.find(name);
    if (found == consumers_.end()) return;
    found->second.is_attached = false;
    found->second.seen_at = now;
}

ErrorCode Consumers::ack(const std::string& name, std::uint64_t sequence) {
    const auto found = consumers_.find(name);
    if (found == consumers_.end()) return make_error_code(SpoolError::unknown_consumer);
    found->second.acked = std::max(found->second.acked, sequence);
    return {};
}

ErrorCode Consumers::remove(const std::string& name) {
    const auto found = consumers_.find(name);
    if (found == consumers_.end()) return make_error_code(SpoolError::unknown_consumer);
    if (found->second.is_attached) return make_error_code(SpoolError::consumer_is_connected);
    if (const auto error = files_->remove(cursor_name(name))) return error;
    consumers_.erase(found);
    return {};
}

ErrorCode Consumers::save(WallTime now) {
    ErrorCode first_error;
    for (auto& entry : consumers_) {
        if (!is_changed(entry.second, now)) continue;
        const auto error = save(entry, now);
        if (error && !first_error) first_error = error;
    }
    return first_error;
}

ErrorCode Consumers::save(Entry& entry, WallTime now) {
    Consumer& consumer = entry.second;
    if (consumer.is_attached) consumer.seen_at = now;
    const Cursor cursor{spool_id_, consumer.acked, consumer.seen_at};
    const auto written =
        replace_file(*files_, cursor_name(entry.first), encode_cursor(cursor), durability_);
    if (!written) return written.error();
    consumer.saved = cursor;
    return {};
}

bool Consumers::needs_saving(WallTime now) const {
    return std::any_of(consumers_.begin(), consumers_.end(),
                       [now](const auto& entry) { return is_changed(entry.second, now); });
}

bool Consumers::is_changed(const Consumer& consumer, WallTime now) {
    const auto seen_at = consumer.is_attached ? now : consumer.seen_at;
    return consumer.acked != consumer.saved.acked ||
           seen_at - consumer.saved.seen_at >= seen_interval;
}

std::optional<std::uint64_t> Consumers::passed(WallTime now) const {
    if (consumers_.empty()) return std::nullopt;
    std::uint64_t passed = UINT64_MAX;
    for (const auto& [name, consumer] : consumers_) {
        if (!is_expired(consumer, now)) passed = std::min(passed, consumer.saved.acked);
    }
    return passed;
}

std::uint64_t Consumers::acked_by_all(WallTime now) const {
    if (consumers_.empty()) return 0;
    std::uint64_t acked = UINT64_MAX - 1;
    for (const auto& [name, consumer] : consumers_) {
        if (!is_expired(consumer, now)) acked = std::min(acked, consumer.acked);
    }
    return acked;
}

std::uint64_t Consumers::acked_by_everybody() const {
    if (consumers_.empty()) return 0;
    std::uint64_t acked = UINT64_MAX - 1;
    for (const auto& [name, consumer] : consumers_) acked = std::min(acked, consumer.acked);
    return acked;
}

std::optional<ConsumerStatus> Consumers::behind(std::uint64_t sequence, WallTime now) const {
    std::optional<ConsumerStatus> found;
    for (const auto& consumer : status(now)) {
        if (consumer.is_expired || consumer.acked >= sequence) continue;
        if (!found || !consumer.is_attached) found = consumer;
    }
    return found;
}

std::uint64_t Consumers::highest() const {
    std::uint64_t highest = 0;
    for (const auto& [name, consumer] : consumers_) highest = std::max(highest, consumer.acked);
    return highest;
}

bool Consumers::is_expired(const Consumer& consumer, WallTime now) const {
    return !consumer.is_attached && now - consumer.seen_at > ttl_;
}

// True when there is room for one more.
bool Consumers::make_room(WallTime now) {
    if (consumers_.size() < consumers_max_) return true;
    const Entry* oldest = nullptr;
    for (const auto& entry : consumers_) {
        if (!is_expired(entry.second, now)) continue;
        if (!oldest || entry.second.seen_at < oldest->second.seen_at) oldest = &entry;
    }
    if (oldest == nullptr) return false;
    const std::string name = oldest->first;
    return !remove(name);
}

std::vector<ConsumerStatus> Consumers::status(WallTime now) const {
    std::vector<ConsumerStatus> all;
    for (const auto& [name, consumer] : consumers_) {
        all.push_back({name, consumer.acked, consumer.is_attached ? now : consumer.seen_at,
                       consumer.is_attached, is_expired(consumer, now), 0});
    }
    return all;
}

}  // namespace conduitd
