#include "io/feed_reader.hpp"

#include <utility>

namespace conduitd {

FeedReader::FeedReader(asio::io_context& context, Feed& feed, std::function<void()> more)
    : feed_(feed), more_(std::move(more)), timer_(context.get_executor()) {}

FeedReader::~FeedReader() {
    let_go_of_place();
}

void FeedReader::fill(Consumer& consumer) {
    while (consumer.has_room()) {
        if (!readings_.empty()) {
            give(consumer, readings_.front());
            continue;
        }
        const auto position = consumer.position();
        if (position >= feed_.visible_end()) return;
        const RecordBatch* const batch = feed_.tail().find_from(position);
        const bool is_in_memory = batch != nullptr && batch->first() <= position;
        if (is_in_memory) {
            let_go_of_place();
            batch->each(position, [&consumer](const RecordView& record) {
                consumer.take(record);
                return consumer.has_room();
            });
        } else if (consumer.kind() == ConsumerKind::tail) {
            consumer.skip_to(feed_.first_in_memory(position));
        } else {
            read_from(position);
            return;
        }
    }
}

void FeedReader::give(Consumer& consumer, Reading& reading) {
    if (const auto gap = std::exchange(reading.found.gap, std::nullopt)) consumer.take(*gap);
    const auto& records = reading.found.records;
    records.each(consumer.position(), [&consumer](const RecordView& record) {
        if (!consumer.has_room()) return false;
        consumer.take(record);
        return true;
    });
    if (!records.empty() && consumer.position() < records.end()) return;
    consumer.pass_to(reading.next);
    readings_.pop_front();
    read_ahead();
}

void FeedReader::read_from(std::uint64_t position) {
    if (is_reading_) return;
    if (!place_ || place_->next() != position) {
        let_go_of_place();
        place_ = std::make_shared<ReadPosition>(position);
    }
    read_ahead();
}

// Not what memory has: records are read twice there.
void FeedReader::read_ahead() {
    if (is_reading_ || !place_ || readings_.size() >= readings_max) return;
    const auto next = place_->next();
    if (next >= feed_.visible_end() || feed_.tail().find(next) != nullptr) return;

    struct DiskRead {
        std::shared_ptr<ReadPosition> place;
        SpoolReading found;
    };
    const auto read = std::make_shared<DiskRead>(DiskRead{place_, {}});
    const bool is_queued = feed_.spool().try_run(
        [read](Spool& spool, SpoolTime) { read->found = spool.read(*read->place, read_bytes); },
        [this, read, alive = std::weak_ptr(alive_)] {
            if (alive.expired()) return;
            place_ = std::move(read->place);
            on_read(std::move(read->found));
        });
    is_reading_ = true;
    if (is_queued) {
        place_.reset();
    } else {
        wait_to_retry();
    }
}

void FeedReader::on_read(SpoolReading found) {
    if (found.error) {
        wait_to_retry();
        return;
    }
    is_reading_ = false;
    const auto next = place_->next();
    const bool was_empty = readings_.empty();
    readings_.push_back({std::move(found), next});
    wait_until_idle();
    read_ahead();  // may wait to try again instead
    if (was_empty) more_();
}

// A timer that was due before the destructor calls its handler after it all the same.
void FeedReader::wait_to_retry() {
    timer_.expires_after(retry_interval);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const ErrorCode& error) {
        if (error || alive.expired()) return;
        is_reading_ = false;
        read_ahead();
        more_();
    });
}

void FeedReader::wait_until_idle() {
    timer_.expires_after(idle_max);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const ErrorCode& error) {
        if (!error && !alive.expired()) let_go_of_place();
    });
}

// On the spool's thread, for to close a file may wait for the disk too.
void FeedReader::let_go_of_place() {
    if (!place_) return;
    const bool is_queued = feed_.spool().try_run(
        [place = place_](Spool&, SpoolTime) mutable { place.reset(); }, [] {});
    if (is_queued) place_.reset();
}

}  // namespace conduitd
