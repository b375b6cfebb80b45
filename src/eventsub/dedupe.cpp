#include "eventsub/dedupe.hpp"

#include "base/defect.hpp"
#include "base/ensure.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace conduitd {
namespace {

constexpr std::size_t heads_min = 1024;
constexpr std::size_t slices_max = 10;
constexpr int slices_per_window = 8;

}  // namespace

IdDigest digest_of(std::string_view message_id) {
    const XXH128_hash_t hash = XXH3_128bits(message_id.data(), message_id.size());
    IdDigest digest;
    static_assert(sizeof digest == sizeof hash);
    std::memcpy(digest.data(), &hash, sizeof digest);
    return digest;
}

DedupeWindow::DedupeWindow(DedupeOptions options) : options_(options), heads_(heads_min) {
    ensure(options.window > Duration::zero(), "the dedupe window lasts");
    ensure(options.ids_max >= 1, "the dedupe window holds an id");
    ensure(options.ids_max <= std::size_t{1} << 30, "numbers of ids do not wrap within the window");
    slices_.reserve(slices_max);
    if (is_planted(Defect::dedupe_window_short)) options_.window = std::chrono::minutes(4);
}

DedupeWindow::Digest DedupeWindow::parts_of(const IdDigest& id) {
    Digest digest;
    static_assert(sizeof digest == sizeof id);
    std::memcpy(digest.data(), id.data(), sizeof digest);
    return digest;
}

bool DedupeWindow::has(const IdDigest& id) const {
    return contains(parts_of(id));
}

Freshness DedupeWindow::insert(const IdDigest& id, TimePoint now) {
    const auto digest = parts_of(id);
    forget_expired(now);
    if (contains(digest)) return Freshness::repeated;
    if (size() == options_.ids_max) {
        forget_oldest();
        ++evicted_early_;
    }
    append(digest, now);
    return Freshness::fresh;
}

std::size_t DedupeWindow::memory_bytes() const {
    return chunks_.size() * sizeof(Chunk) + chunks_.capacity() * sizeof(chunks_[0]) +
           heads_.capacity() * sizeof(Number) + slices_.capacity() * sizeof(Slice);
}

void DedupeWindow::forget_expired(TimePoint now) {
    auto slice = slices_.begin();
    while (slice != slices_.end() && now - slice->last > options_.window) {
        oldest_ += static_cast<Number>(slice->ids);
        ++slice;
    }
    slices_.erase(slices_.begin(), slice);
}

void DedupeWindow::forget_oldest() {
    ++oldest_;
    if (--slices_.front().ids == 0) slices_.erase(slices_.begin());
}

void DedupeWindow::append(const Digest& digest, TimePoint now) {
    if (size() == 2 * heads_.size()) grow_heads();
    make_room_for_next();
    Number& head = head_of(digest);
    entry(next_) = {digest, head};
    head = next_++;

    if (slices_.empty() || now - slices_.back().first > options_.window / slices_per_window) {
        slices_.push_back({now, now, 0});
    }
    slices_.back().last = now;
    ++slices_.back().ids;
}

// Links every id anew, oldest first.
void DedupeWindow::grow_heads() {
    heads_.assign(2 * heads_.size(), oldest_ - 1);
    for (Number number = oldest_; number != next_; ++number) {
        Entry& linked = entry(number);
        Number& head = head_of(linked.digest);
        linked.older = head;
        head = number;
    }
}

void DedupeWindow::make_room_for_next() {
    const std::size_t emptied = (oldest_ - first_) / chunk_entries;
    if (emptied > 0) {
        std::rotate(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(emptied),
                    chunks_.end());
        first_ += static_cast<Number>(emptied * chunk_entries);
    }
    if (next_ - first_ == chunks_.size() * chunk_entries) {
        chunks_.push_back(std::make_unique_for_overwrite<Chunk>());
    }
}

bool DedupeWindow::contains(const Digest& digest) const {
    // A list goes from young to old, so ages rise along it. A number that is left over from 2^32
    // inserts ago may look young; where ages do not rise any more, the list has ended.
    Number age_before = 0;
    for (Number number = head_of(digest);;) {
        const Number age = next_ - number;
        if (age <= age_before || age > size()) return false;
        const Entry& candidate = entry(number);
        if (candidate.digest == digest) return true;
        age_before = age;
        number = candidate.older;
    }
}

DedupeWindow::Number& DedupeWindow::head_of(const Digest& digest) {
    return heads_[digest[0] & (heads_.size() - 1)];
}

DedupeWindow::Number DedupeWindow::head_of(const Digest& digest) const {
    return heads_[digest[0] & (heads_.size() - 1)];
}

DedupeWindow::Entry& DedupeWindow::entry(Number number) const {
    const std::size_t position = number - first_;
    return (*chunks_[position / chunk_entries])[position % chunk_entries];
}

}  // namespace conduitd
