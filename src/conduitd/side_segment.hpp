#pragma once

#include "base/log.hpp"
#include "conduitd/data_path.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/intake.hpp"
#include "io/spool_thread.hpp"
#include "spool/gap.hpp"
#include "spool/read_position.hpp"
#include "worker/actions.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace conduitd {

class SideSegment;

struct SideOpening {
    std::unique_ptr<SideSegment> side;  // null when refused, or when there is none
    std::string reason;                 // why it was refused; for people
};

// What a process that takes over receives before the spool is its own: a spool in the folder
// `incoming` of the spool's, on the disk like the rest. Whoever has the spool's lock next appends
// it: that process, the one that was to be taken over from, or any later one.
class SideSegment final : public FrameSink {
public:
    // `config` and `log_sink` outlive the segment.
    [[nodiscard]] static SideOpening make(asio::io_context& context, const Config& config,
                                          LogSink& log_sink);
    // One that another process left. Refused as well while that one has it open.
    [[nodiscard]] static SideOpening find(asio::io_context& context, const Config& config,
                                          LogSink& log_sink);
    ~SideSegment() override;

    void forward(std::string_view frame, const IdDigest& id, TimePoint received_at) override;
    void report_gap(const Gap& gap, TimePoint now) override;

    struct Appended {
        std::uint64_t records = 0;
        std::uint64_t duplicates = 0;              // the spool had them
        std::optional<WallTime> last_received_at;  // of all that was there
    };
    // Brings all that was forwarded to `data`, but what it has: by the message ids of what it
    // received since shortly before this began. Nothing is forwarded any more. What is damaged is
    // told as a gap; what cannot be read is left for the next process, after `read_attempts_max`.
    // Then the folder is removed, once `data` has all of it on the disk. `data` outlives this
    // object.
    void append_to(DataPath& data, std::function<void(Appended)> done);

private:
    [[nodiscard]] static SideOpening open(asio::io_context& context, const Config& config,
                                          LogSink& log_sink);
    SideSegment(asio::io_context& context, const Config& config, LogSink& log_sink);
    void read_on();
    void take(SpoolReading reading);
    void tell_gap(const SpoolGap& gap);
    void take_chunk(const RecordBatch& records);
    void on_unreadable(ErrorCode error);
    void finish();
    void remove_when_secured();
    void remove();
    void later(Duration wait, void (SideSegment::*what)());

    static constexpr std::size_t chunk_bytes = 1024 * 1024;
    static constexpr int read_attempts_max = 20;

    asio::io_context& context_;
    const Config& config_;
    Log log_;
    std::string dir_;
    std::unique_ptr<SpoolThread> spool_;
    std::optional<Intake> intake_;
    DataPath* data_ = nullptr;
    std::shared_ptr<ReadPosition> position_;
    std::vector<IdDigest> known_;  // sorted
    bool are_known_read_ = false;
    int read_attempts_ = 0;  // that failed, in a row
    Timer timer_;
    Appended appended_;
    std::function<void(Appended)> done_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace conduitd
