#pragma once

#include "base/log.hpp"
#include "spool/simulated_disk.hpp"
#include "spool/spool.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace conduitd::test {

// Keeps the log's lines, without the levels below warn.
class Complaints : public LogSink {
public:
    std::vector<std::string> lines;
    std::vector<LogLevel> levels;  // of the lines

    void write(LogLevel level, std::string_view, std::string_view what,
               std::span<const LogField> fields) override {
        if (level < LogLevel::warn) return;
        std::string line(what);
        for (const auto& field : fields) line += " " + std::string(field.key) + "=" + field.value;
        lines.push_back(line);
        levels.push_back(level);
    }
    [[nodiscard]] bool has(std::string_view text) const {
        for (const auto& line : lines) {
            if (line.find(text) != std::string::npos) return true;
        }
        return false;
    }
};

inline constexpr SpoolId spool_id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

[[nodiscard]] inline IdDigest digest_of(std::uint64_t number) {
    IdDigest digest{};
    for (std::size_t i = 0; i < 8; ++i) digest[i] = static_cast<std::uint8_t>(number >> (8 * i));
    digest[15] = 1;  // never all zero
    return digest;
}

// What a reader got, from a position on.
struct ReadAll {
    std::vector<std::uint64_t> sequences;
    std::vector<std::string> frames;
    std::vector<IdDigest> ids;
    std::vector<SpoolGap> gaps;
    ErrorCode error;
};

// Reads until nothing is left, `bytes` at a time.
[[nodiscard]] inline ReadAll read_all(Spool& spool, std::uint64_t from, std::size_t bytes = 4096) {
    ReadAll all;
    ReadPosition position(from);
    for (int rounds = 0; position.next() < spool.visible_end(); ++rounds) {
        const auto reading = spool.read(position, bytes);
        if (reading.error) {
            all.error = reading.error;
            if (rounds > 1000) return all;
            continue;
        }
        if (reading.gap) all.gaps.push_back(*reading.gap);
        reading.records.each(0, [&all](const RecordView& record) {
            all.sequences.push_back(record.sequence);
            all.frames.emplace_back(record.frame);
            all.ids.push_back(record.id);
            return true;
        });
    }
    return all;
}

// A spool on a simulated disk, with a clock of its own.
class SpoolTest : public ::testing::Test {
protected:
    SpoolTest() {
        options.sync = SyncPolicy::always;
        options.segment_bytes = 600;
    }

    void open() {
        auto opening = Spool::open(*disk, options, spool_id, now, log);
        spool = std::move(opening.spool);
        open_error = opening.error;
        open_reason = opening.reason;
    }
    // As after a kill: nothing is written down that was not.
    void reopen() {
        spool.reset();
        open();
    }

    // Appends as one batch, and commits.
    void append(const std::vector<std::string>& frames) {
        append_only(frames);
        spool->commit(now);
        take_published();
    }
    void append_only(const std::vector<std::string>& frames) {
        auto batch = std::make_shared<RecordBatch>();
        for (const auto& frame : frames) batch->add(frame, now.wall, digest_of(++frames_appended));
        spool->append(batch, now);
        take_published();
    }
    void take_published() {
        for (const auto& batch : spool->take_published()) {
            batch->each(0, [this](const RecordView& record) {
                published.emplace_back(record.frame);
                return true;
            });
        }
    }

    void pass(Duration duration) {
        now.monotonic += duration;
        now.wall += duration;
        if (spool) {
            if (now.monotonic >= spool->deadline()) spool->on_deadline(now);
            take_published();
        }
    }

    [[nodiscard]] std::vector<std::string> segments() const {
        std::vector<std::string> found;
        for (const auto& name : disk->names()) {
            if (name.ends_with(".seg")) found.push_back(name);
        }
        return found;
    }

    std::unique_ptr<SimulatedDisk> disk = std::make_unique<SimulatedDisk>();
    SpoolOptions options;
    SpoolTime now{TimePoint(std::chrono::hours(1)), WallTime(std::chrono::hours(400'000))};
    Complaints complaints;
    Log log{complaints, "spool"};
    std::unique_ptr<Spool> spool;
    ErrorCode open_error;
    std::string open_reason;
    std::vector<std::string> published;
    std::uint64_t frames_appended = 0;
};

}  // namespace conduitd::test
