#pragma once

#include "base/id_digest.hpp"
#include "base/time.hpp"
#include "io/asio.hpp"
#include "io/spool_thread.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// The way of frames into the spool: what comes without a pause becomes one batch. (One turn of the
// loop brings a TLS record's worth at best, and each batch costs a wake-up of the spool's thread.)
// Never waits: when the queue of that thread is full, because the disk stalls, one more batch is
// filled here. What does not go into that is lost, and told in its place as a gap.
class Intake {
public:
    // A batch that is as large as this is handed over; with the queue full it grows to the maximum.
    static constexpr std::size_t batch_bytes = 128 * 1024;
    static constexpr std::size_t batch_bytes_max = 1024 * 1024;

    // `spool` outlives the intake.
    Intake(asio::io_context& context, SpoolThread& spool, std::string shard_id, Log log);

    void add(std::string_view frame, const IdDigest& id, TimePoint received_at);

    // What the wall clock showed at a time that is about now; the same within a batch.
    [[nodiscard]] WallTime wall_time(TimePoint time);

    // Hands over what is there. False when the queue is full: tried again with what comes next.
    bool flush();
    // The queue may have room: hands over what it had none for.
    void try_again();

    // What was added and is not in what the spool's news told of last.
    [[nodiscard]] Amount waiting() const;

    // For want of memory.
    [[nodiscard]] std::uint64_t frames_lost() const { return frames_lost_; }

private:
    struct Lost {
        std::uint64_t frames = 0;
        std::uint64_t bytes = 0;
        WallTime since{};
        WallTime until{};
    };

    // Between two frames that follow each other there may be two turns: to read, and of Beast's.
    static constexpr int quiet_turns_of_pause = 3;

    void flush_soon();
    void post_flush();
    void begin_batch(std::size_t bytes_before);
    void lose(std::string_view frame, WallTime received_at);
    void put_lost();

    asio::io_context& context_;
    SpoolThread& spool_;
    std::string shard_id_;
    Log log_;
    std::shared_ptr<RecordBatch> batch_ = std::make_shared<RecordBatch>();
    int quiet_turns_ = 0;      // of the loop, since the last frame
    bool is_refused_ = false;  // the batch, by a queue that was full
    bool is_flush_coming_ = false;
    std::optional<Duration> wall_offset_;  // wall clock less monotonic clock, until the next flush
    std::optional<Lost> lost_;
    std::uint64_t frames_lost_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conduitd
