#include "conduitd/side_segment.hpp"

#include "base/random.hpp"
#include "conduitd/spool_options.hpp"
#include "io/clock.hpp"
#include "io/files.hpp"
#include "io/posix_file_system.hpp"
#include "sink/gap_line.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace conduitd {
namespace {

std::string folder_of(const Config& config) {
    return config.spool.dir + "/incoming";
}

// Whoever takes over has no consumers yet, and no dedupe window to write down.
SpoolOptions side_options(const Config& config) {
    auto options = spool_options(config);
    options.dedupe_window = Duration::zero();
    options.age_max = Duration::zero();
    return options;
}

SpoolId draw_side_id() {
    SpoolId id{};
    Random random(random_seed());
    for (auto& byte : id) byte = static_cast<std::uint8_t>(random.below(256));
    return id;
}

}  // namespace

SideSegment::SideSegment(asio::io_context& context, const Config& config, LogSink& log_sink)
    : context_(context), config_(config), log_(log_sink, "conduitd"), dir_(folder_of(config)) {}

SideSegment::~SideSegment() {
    if (intake_) (void)intake_->flush();
}

SideOpening SideSegment::make(asio::io_context& context, const Config& config, LogSink& log_sink) {
    if (const auto error = make_private_folder(folder_of(config))) {
        return {nullptr, error.message()};
    }
    return open(context, config, log_sink);
}

SideOpening SideSegment::find(asio::io_context& context, const Config& config, LogSink& log_sink) {
    std::error_code error;
    if (config.spool.dir.empty() || !std::filesystem::exists(folder_of(config), error)) return {};
    return open(context, config, log_sink);
}

SideOpening SideSegment::open(asio::io_context& context, const Config& config, LogSink& log_sink) {
    std::unique_ptr<SideSegment> side(new SideSegment(context, config, log_sink));
    auto files = PosixFileSystem::open(side->dir_);
    if (!files) return {nullptr, files.error().message()};
    auto opening = SpoolThread::open(context, std::move(*files), side_options(config),
                                     draw_side_id(), log_sink,
                                     [raw = side.get()](const SpoolNews&) {
                                         if (raw->intake_) raw->intake_->try_again();
                                     },
                                     {.queue_bytes_max = config.spool.memory_max / 2});
    if (!opening.thread) return {nullptr, opening.reason};
    side->spool_ = std::move(opening.thread);
    side->intake_.emplace(context, *side->spool_, config.shard.text(), side->log_);
    return {std::move(side), {}};
}

void SideSegment::forward(std::string_view frame, const IdDigest& id, TimePoint received_at) {
    intake_->add(frame, id, received_at);
}

void SideSegment::report_gap(const Gap& gap, TimePoint now) {
    const auto until = gap.until ? std::optional(intake_->wall_time(*gap.until)) : std::nullopt;
    const auto shards = gap.shards.empty() ? config_.shard.text() : gap.shards.text();
    intake_->add(make_gap_frame(name_of(gap.reason), intake_->wall_time(gap.since), until, shards),
                 {}, now);
}

void SideSegment::append_to(DataPath& data, std::function<void(Appended)> done) {
    data_ = &data;
    done_ = std::move(done);
    position_ = std::make_shared<ReadPosition>(1);
    read_on();
}

// One chunk is in the spool before the next is read: that bounds the memory that this takes.
void SideSegment::read_on() {
    const bool is_handed_over = intake_->flush();
    const auto reading = std::make_shared<SpoolReading>();
    const bool is_queued =
        is_handed_over && spool_->try_run(
                              [reading, position = position_](Spool& spool, SpoolTime) {
                                  *reading = spool.read(*position, chunk_bytes);
                              },
                              [this, reading] { take(std::move(*reading)); });
    if (!is_queued) {
        asio::post(context_, [this, alive = std::weak_ptr<const bool>(alive_)] {
            if (alive.lock()) read_on();
        });
    }
}

void SideSegment::take(SpoolReading reading) {
    if (reading.error) {
        log_.error("what a process that was to take over has received cannot be read",
                   {{"path", dir_}, {"reason", reading.error.message()}});
        return finish();
    }
    if (reading.records.empty()) return finish();
    if (are_known_read_) return take_chunk(reading.records);
    are_known_read_ = true;
    const auto since = reading.records.since() - SpoolOptions().dedupe_window;
    const auto records = std::make_shared<RecordBatch>(std::move(reading.records));
    data_->load_ids(since, [this, records, alive = std::weak_ptr<const bool>(alive_)](
                               const std::vector<SpooledId>& ids) {
        if (!alive.lock()) return;
        for (const auto& id : ids) known_.push_back(id.id);
        std::ranges::sort(known_);
        take_chunk(*records);
    });
}

void SideSegment::take_chunk(const RecordBatch& records) {
    const auto now = monotonic_now();
    const auto wall = wall_now();
    records.each(0, [&](const RecordView& record) {
        appended_.last_received_at = record.received_at;
        const bool has_id = record.id != IdDigest{};
        if (has_id && std::ranges::binary_search(known_, record.id)) {
            ++appended_.duplicates;
            return true;
        }
        ++appended_.records;
        data_->forward(record.frame, record.id,
                       now - std::max(wall - record.received_at, Duration::zero()));
        return true;
    });
    data_->when_spooled([this, alive = std::weak_ptr<const bool>(alive_)] {
        if (alive.lock()) read_on();
    });
}

void SideSegment::finish() {
    if (appended_.records + appended_.duplicates > 0) {
        log_.info("what came while a process took over is in the spool",
                  {{"records", appended_.records}, {"duplicates", appended_.duplicates}});
    }
    data_->when_secured([this, alive = std::weak_ptr<const bool>(alive_)](bool is_secured) {
        if (alive.lock() && is_secured) remove();
    });
    std::exchange(done_, nullptr)(appended_);
}

// What is left is appended again by the next process, less what the spool has.
void SideSegment::remove() {
    intake_.reset();
    (void)spool_->end();
    std::error_code error;
    std::filesystem::remove_all(dir_, error);
    if (error) {
        log_.warn("a folder cannot be removed: it is looked at again at the next start",
                  {{"path", dir_}, {"reason", error.message()}});
    }
}

}  // namespace conduitd
