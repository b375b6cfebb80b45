#include "io/intake.hpp"

#include "io/clock.hpp"
#include "sink/gap_line.hpp"
#include "spool/gap.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace conduitd {

Intake::Intake(asio::io_context& context, SpoolThread& spool, std::string shard_id, Log log)
    : context_(context), spool_(spool), shard_id_(std::move(shard_id)), log_(log) {}

void Intake::add(std::string_view frame, const IdDigest& id, TimePoint received_at) {
    const auto at = wall_time(received_at);
    const bool is_full = batch_->bytes().size() >= batch_bytes_max && !flush();
    if (is_full) {
        lose(frame, at);
    } else {
        put_lost();
        batch_->add(frame, at, id);
        quiet_turns_ = 0;
        if (batch_->bytes().size() >= batch_bytes) flush();
    }
}

WallTime Intake::wall_time(TimePoint time) {
    if (!wall_offset_) {
        wall_offset_ = wall_now().time_since_epoch() - monotonic_now().time_since_epoch();
        flush_soon();
    }
    return WallTime(time.time_since_epoch() + *wall_offset_);
}

void Intake::flush_soon() {
    if (std::exchange(is_flush_coming_, true)) return;
    quiet_turns_ = 0;
    post_flush();
}

void Intake::post_flush() {
    asio::post(context_, [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        if (quiet_turns_++ < quiet_turns_of_pause) {
            post_flush();
            return;
        }
        is_flush_coming_ = false;
        flush();
    });
}

bool Intake::flush() {
    wall_offset_.reset();
    do {
        is_refused_ = !spool_.try_append(batch_);
        if (is_refused_) return false;
        if (!batch_->empty()) begin_batch(batch_->bytes().size());
        put_lost();
    } while (!batch_->empty());
    return true;
}

// As large as the one before, as long as the rate stays.
void Intake::begin_batch(std::size_t bytes_before) {
    batch_ = std::make_shared<RecordBatch>();
    batch_->reserve(bytes_before + bytes_before / 8);
}

void Intake::try_again() {
    if (is_refused_) flush();
}

Amount Intake::waiting() const {
    Amount amount = spool_.untold();
    amount += batch_->amount();
    return amount;
}

void Intake::lose(std::string_view frame, WallTime received_at) {
    if (!lost_) {
        log_.error(
            "the disk does not answer and the memory for what waits is full: frames are lost");
        lost_ = Lost{.since = received_at};
    }
    ++frames_lost_;
    ++lost_->frames;
    lost_->bytes += frame.size();
    lost_->until = received_at;
}

// Where the frames would be: before the first that is kept again.
void Intake::put_lost() {
    const auto lost = std::exchange(lost_, std::nullopt);
    if (!lost) return;
    log_.error("frames were lost for want of memory",
               {{"frames", lost->frames}, {"bytes", lost->bytes}});
    batch_->add(make_gap_frame(name_of(SpoolGapReason::not_written), lost->since, lost->until,
                               shard_id_, lost->bytes),
                lost->until, {});
}

}  // namespace conduitd
