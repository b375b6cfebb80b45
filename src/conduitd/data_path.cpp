#include "conduitd/data_path.hpp"

#include "base/random.hpp"
#include "conduitd/journal_stream.hpp"
#include "conduitd/spool_options.hpp"
#include "conduitd/stdout_place.hpp"
#include "eventsub/dedupe.hpp"
#include "io/clock.hpp"
#include "io/files.hpp"
#include "io/output.hpp"
#include "io/posix_file_system.hpp"
#include "io/stdout_sink.hpp"
#include "io/unix_listener.hpp"
#include "io/unix_sink.hpp"
#include "sink/gap_line.hpp"
#include "spool/memory_files.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

LineFormat line_format(SinkFormat format) {
    return format == SinkFormat::raw ? LineFormat::raw : LineFormat::annotated;
}

Result<std::unique_ptr<FileSystem>> open_files(const std::string& dir) {
    if (dir.empty()) return std::unique_ptr<FileSystem>(std::make_unique<MemoryFiles>());
    if (const auto error = make_private_folder(dir)) return error;
    auto files = PosixFileSystem::open(dir);
    if (!files) return files.error();
    return std::unique_ptr<FileSystem>(std::move(*files));
}

SpoolId draw_id() {
    SpoolId id{};
    Random random(random_seed());
    for (auto& byte : id) byte = static_cast<std::uint8_t>(random.below(256));
    return id;
}

// Why a socket cannot be opened now, and may be later.
bool may_pass(ErrorCode error) {
    namespace errc = boost::system::errc;
    return error == errc::address_in_use || error == errc::no_space_on_device ||
           error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
           error == errc::not_enough_memory;
}

}  // namespace

DataPathOpening DataPath::open(asio::io_context& context, const Config& config, LogSink& log_sink,
                               SinkEvents events, DataInheritance inheritance) {
    std::unique_ptr<DataPath> path(new DataPath(context, config, log_sink));
    auto refusal = path->open_spool();
    if (refusal) return {nullptr, *refusal};
    path->progressed_ = events.progressed;
    refusal = path->open_sink(std::move(events), std::move(inheritance));
    if (refusal) {
        path->leave_as_found();
        return {nullptr, *refusal};
    }
    return {std::move(path)};
}

DataPath::DataPath(asio::io_context& context, const Config& config, LogSink& log_sink)
    : context_(context),
      config_(config),
      log_sink_(log_sink),
      log_(log_sink, "conduitd"),
      origin_{{}, config.shard.text()} {}

DataPath::~DataPath() = default;

std::optional<ExitCode> DataPath::open_spool() {
    const auto& dir = config_.spool.dir;
    const auto refuse = [&](const std::string& reason) {
        log_.error("the spool cannot be opened: choose another spool.dir, or memory",
                   {{"dir", dir}, {"reason", reason}});
        return ExitCode::cannot_write_spool;
    };
    auto files = open_files(dir);
    if (!files) return refuse(files.error().message());
    auto opening = SpoolThread::open(context_, std::move(*files), spool_options(config_), draw_id(),
                                     log_sink_, [this](const SpoolNews& news) { on_news(news); },
                                     {.queue_bytes_max = config_.spool.memory_max / 2});
    if (!opening.thread) return refuse(opening.reason);
    spool_ = std::move(opening.thread);
    feed_.emplace(*spool_, config_.spool.bytes_max);
    consumers_.emplace(*spool_);
    intake_.emplace(context_, *spool_, origin_.shard_id, log_);
    if (is_in_memory()) {
        log_.info("the spool is in memory: what waits for the sink ends with the process");
    }
    return std::nullopt;
}

std::optional<ExitCode> DataPath::open_sink(SinkEvents events, DataInheritance inheritance) {
    return config_.sink.type == SinkType::standard_output
               ? open_stdout(std::move(events), std::move(inheritance.resume))
               : open_unix(std::move(events), std::move(inheritance));
}

std::optional<ExitCode> DataPath::open_stdout(SinkEvents events,
                                              std::optional<StdoutResume> resume) {
    if (is_the_journal(STDOUT_FILENO) && !config_.sink.standard_output.allow_journal) {
        log_.error(
            "stdout is the journal, which drops lines above its rate limit and splits long ones: "
            "set sink.type: unix, or send stdout elsewhere, or set sink.stdout.allow_journal: "
            "true");
        return ExitCode::configuration;
    }
    const bool is_same = was_stdout_the_same(config_.spool.dir);
    const bool is_mid_line =
        Output(STDOUT_FILENO).is_mid_line().value_or(is_same && spool_->before().was_cut_off);
    sink_ = std::make_unique<StdoutSink>(
        context_, *feed_, *consumers_, origin_, line_format(config_.sink.format),
        StdoutWriter::make(context_, STDOUT_FILENO,
                           {.is_mid_line = is_mid_line, .is_resumed = resume.has_value()}),
        log_, std::move(events), std::move(resume));
    return std::nullopt;
}

std::optional<ExitCode> DataPath::open_unix(SinkEvents events, DataInheritance inheritance) {
    const auto& settings = config_.sink.unix_socket;
    UnixSinkOptions options;
    options.path = settings.path;
    options.access = {settings.mode, settings.group};
    options.allow_uids = settings.allow_uids;
    options.consumers_max = settings.consumers_max;
    options.format = line_format(config_.sink.format);
    if (inheritance.listens_at == settings.path) options.listener = inheritance.listener.release();
    auto sink = std::make_unique<UnixSink>(context_, *feed_, *consumers_, origin_,
                                           std::move(options), log_, std::move(events));
    sink->declare(settings.consumers);
    if (config_.sink.type == SinkType::unix_connect) {
        sink->dial();
    } else if (const auto error = sink->listen()) {
        log_.error("the socket for consumers cannot be opened: see sink.unix",
                   {{"path", settings.path}, {"reason", describe_listen_error(error)}});
        return may_pass(error) ? ExitCode::try_again_later : ExitCode::configuration;
    }
    if (inheritance.listener.is_open()) {  // at a place that is left: removes its file
        (void)UnixListener::adopt(inheritance.listens_at, inheritance.listener.release());
    }
    sink_ = std::move(sink);
    return std::nullopt;
}

void DataPath::forward(std::string_view frame, const IdDigest& id, TimePoint received_at) {
    ++frames_forwarded_;
    bytes_forwarded_ += frame.size();
    intake_->add(frame, id, received_at);
}

void DataPath::report_gap(const Gap& gap, TimePoint now) {
    const auto until = gap.until ? std::optional(intake_->wall_time(*gap.until)) : std::nullopt;
    const auto shards = gap.shards.empty() ? origin_.shard_id : gap.shards.text();
    const auto frame =
        make_gap_frame(name_of(gap.reason), intake_->wall_time(gap.since), until, shards);
    intake_->add(frame, {}, now);
}

void DataPath::load_ids(WallTime since, std::function<void(std::vector<SpooledId>)> done) {
    const auto ids = std::make_shared<std::vector<SpooledId>>();
    const bool is_queued = spool_->try_run(
        [ids, since](const Spool& spool, SpoolTime) {
            spool.each_id(since, [&ids](std::span<const SpooledId> some) {
                ids->insert(ids->end(), some.begin(), some.end());
                // The window takes no more.
                const auto count = DedupeOptions().ids_max;
                if (ids->size() > count)
                    ids->erase(ids->begin(), ids->end() - std::ptrdiff_t(count));
            });
        },
        [ids, done] { done(std::move(*ids)); });
    if (!is_queued) asio::post(context_, [done] { done({}); });
}

void DataPath::when_secured(std::function<void(bool)> done) {
    const auto is_secured = std::make_shared<bool>(false);
    const bool is_queued = intake_->flush() && spool_->try_run(
                                                   [is_secured](Spool& spool, SpoolTime now) {
                                                       *is_secured = spool.secure(now);
                                                   },
                                                   [is_secured, done] { done(*is_secured); });
    if (!is_queued) asio::post(context_, [done] { done(false); });
}

void DataPath::when_spooled(std::function<void()> done) {
    const bool is_queued = intake_->flush() && spool_->try_run([](Spool&, SpoolTime) {}, done);
    if (!is_queued) to_be_spooled_.push_back(std::move(done));
}

void DataPath::on_news(const SpoolNews& news) {
    feed_->on_news(news);
    spool_status_ = news.status;
    intake_->try_again();
    for (auto& done : std::exchange(to_be_spooled_, {})) when_spooled(std::move(done));
    sink_->wake();
    progressed_();
}

Amount DataPath::waiting() const {
    Amount amount = spool_status_.waiting;
    amount += intake_->waiting();
    return amount;
}

// How near `spool.max_memory` is to a loss: how much is used of its half for what the spool could
// not write, without what goes from there in silence, or of that for what it was not given yet,
// whichever is more.
double DataPath::spool_memory() const {
    const auto bytes = std::max(spool_->queued_bytes(), spool_status_.memory_bytes);
    const auto bytes_max = config_.spool.memory_max / 2;
    return static_cast<double>(bytes) / static_cast<double>(bytes_max);
}

LoadReading DataPath::load_reading() const {
    LoadReading reading{.load = {.events = frames_forwarded_, .spool_memory = spool_memory()},
                        .next = feed_->visible_end(),
                        .slowest = {}};
    if (const auto& slowest = spool_status_.slowest) {
        reading.slowest = SlowestConsumer{slowest->consumer, slowest->next, slowest->bytes};
    }
    return reading;
}

void DataPath::describe(DaemonStatus& status) const {
    status.spool_dir = config_.spool.dir;
    status.spool = spool_status_;
    status.bytes_forwarded = bytes_forwarded_;
    status.lines_written = sink_->lines_written();
    status.waiting = waiting();
    status.records_lost = spool_status_.records_lost + intake_->frames_lost();
}

// What the next process is to know of the end of the one before.
void DataPath::leave_as_found() {
    const bool was_cut_off = spool_->before().was_cut_off;
    (void)spool_->end(was_cut_off ? Spool::Ending::cut_off : Spool::Ending::well);
}

DataInheritance DataPath::hand_over() {
    const bool is_handed_over = intake_->flush();
    auto sink = sink_->hand_over();
    const auto spool_end = spool_->end(sink.end.ending);
    if (!is_handed_over || !spool_end.has_ended || spool_end.error) {
        log_.error("the spool is not on the disk as a whole",
                   {{"dir", config_.spool.dir}, {"reason", spool_end.error.message()}});
    }
    return {std::move(sink.resume), std::move(sink.listener), config_.sink.unix_socket.path};
}

DataPath::End DataPath::end() {
    const bool is_handed_over = intake_->flush();
    const auto sink_end = sink_->end();
    const auto spool_end = spool_->end(sink_end.ending);
    if (is_in_memory()) return {true, sink_end.trouble};
    if (!spool_end.has_ended) {
        log_.error("the disk does not answer: what waits for it is lost",
                   {{"dir", config_.spool.dir}});
    } else if (spool_end.error) {
        log_.error("the spool is not on the disk as a whole",
                   {{"dir", config_.spool.dir}, {"reason", spool_end.error.message()}});
    }
    return {is_handed_over && spool_end.has_ended && !spool_end.error, sink_end.trouble};
}

}  // namespace conduitd
