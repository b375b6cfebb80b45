#include "conduitd/side_segment.hpp"

#include "base/random.hpp"
#include "conduitd/spool_options.hpp"
#include "io/clock.hpp"
#include "io/files.hpp"
#include "io/posix_file_system.hpp"
#include "sink/gap_line.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace conduitd {
namespace {

std::string folder_of(const Config& config) {
    return config.spool.dir + "/incoming";
}

// What is in the spool, and about to be removed.
std::string done_folder_of(const Config& config) {
    return folder_of(config) + ".done";
}

constexpr std::chrono::milliseconds queue_retry{10};
constexpr std::chrono::milliseconds read_retry{100};
constexpr std::chrono::seconds secure_retry{1};

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
    : context_(context),
      config_(config),
      log_(log_sink, "conduitd"),
      dir_(folder_of(config)),
      timer_(context.get_executor()) {}

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
    std::filesystem::remove_all(done_folder_of(config), error);
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
    if (!is_queued) later(queue_retry, &SideSegment::read_on);
}

void SideSegment::take(SpoolReading reading) {
    if (reading.error) return on_unreadable(reading.error);
    read_attempts_ = 0;
    if (reading.gap) tell_gap(*reading.gap);
    if (reading.records.empty()) return reading.gap ? read_on() : finish();
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

void SideSegment::tell_gap(const SpoolGap& gap) {
    const auto since = gap.since.value_or(appended_.last_received_at.value_or(wall_now()));
    log_.error("what a process that was to take over has received is damaged",
               {{"path", dir_}, {"sequences", gap.last - gap.first + 1}});
    data_->forward(
        make_gap_frame(name_of(gap.reason), since, gap.until, config_.shard.text(), gap.bytes), {},
        monotonic_now());
}

void SideSegment::on_unreadable(ErrorCode error) {
    if (++read_attempts_ < read_attempts_max) return later(read_retry, &SideSegment::read_on);
    log_.error(
        "what a process that was to take over has received cannot be read: it is left for the next "
        "start",
        {{"path", dir_}, {"reason", error.message()}});
    intake_.reset();
    (void)spool_->end();
    std::exchange(done_, nullptr)(appended_);
}

void SideSegment::finish() {
    if (appended_.records + appended_.duplicates > 0) {
        log_.info("what came while a process took over is in the spool",
                  {{"records", appended_.records}, {"duplicates", appended_.duplicates}});
    }
    remove_when_secured();
    std::exchange(done_, nullptr)(appended_);
}

void SideSegment::remove_when_secured() {
    data_->when_secured([this, alive = std::weak_ptr<const bool>(alive_)](bool is_secured) {
        if (!alive.lock()) return;
        if (is_secured) return remove();
        later(secure_retry, &SideSegment::remove_when_secured);
    });
}

// First under another name, while its lock is ours: a process that takes over may make a folder of
// that name at once. What is left is appended again by the next process, less what the spool has.
void SideSegment::remove() {
    const auto done_dir = done_folder_of(config_);
    std::error_code error;
    std::filesystem::remove_all(done_dir, error);
    std::filesystem::rename(dir_, done_dir, error);
    intake_.reset();
    (void)spool_->end();
    if (!error) std::filesystem::remove_all(done_dir, error);
    if (error) {
        log_.warn("a folder cannot be removed: it is looked at again at the next start",
                  {{"path", dir_}, {"reason", error.message()}});
    }
}

// A call that is due when this goes finds that it is gone.
void SideSegment::later(Duration wait, void (SideSegment::*what)()) {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait));
    timer_.async_wait([this, what, alive = std::weak_ptr<const bool>(alive_)](ErrorCode error) {
        if (!error && alive.lock()) (this->*what)();
    });
}

}  // namespace conduitd
