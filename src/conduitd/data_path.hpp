#pragma once

#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/feed.hpp"
#include "io/intake.hpp"
#include "io/sink.hpp"
#include "io/spool_consumers.hpp"
#include "io/spool_thread.hpp"
#include "sink/line.hpp"
#include "sink/load_monitor.hpp"
#include "telemetry/status_document.hpp"
#include "worker/actions.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

class DataPath;

// What the process before this one has left to be gone on with.
struct DataInheritance {
    std::optional<StdoutResume> resume{};
    Descriptor listener{};     // at the sink's socket
    std::string listens_at{};  // its path
};

struct DataPathOpening {
    std::unique_ptr<DataPath> path;  // null when refused; the reason is logged
    ExitCode refusal = ExitCode::internal;
};

// What the worker forwards, on its way to the consumers: into the spool, and from there to the
// sink.
class DataPath final : public FrameSink {
public:
    // Takes the spool, recovers it, and opens the sink. `config` and `log_sink` outlive the path.
    [[nodiscard]] static DataPathOpening open(asio::io_context& context, const Config& config,
                                              LogSink& log_sink, SinkEvents events,
                                              DataInheritance inheritance = {});
    ~DataPath() override;

    void forward(std::string_view frame, const IdDigest& id, TimePoint received_at) override;
    void report_gap(const Gap& gap, TimePoint now) override;

    // What the lines say of where they come from.
    void name_conduit(const std::string& id) { origin_.conduit_id = id; }

    // The message ids that the spool has, of messages received at `since` or later, oldest first;
    // no more than the dedupe window takes. `done` once; when the disk hangs, never.
    void load_ids(WallTime since, std::function<void(std::vector<SpooledId>)> done);

    // `done` once all that was forwarded until now is on the disk, whatever the policy; false when
    // it is not.
    void when_secured(std::function<void(bool)> done);

    // `done` once all that was forwarded until now is in the spool; never when the disk hangs.
    void when_spooled(std::function<void()> done);

    [[nodiscard]] const Spool::Before& before() const { return spool_->before(); }
    [[nodiscard]] bool is_in_memory() const { return config_.spool.dir.empty(); }
    [[nodiscard]] const SpoolStatus& spool_status() const { return spool_status_; }
    // What not every consumer has acked, in the spool or on its way there.
    [[nodiscard]] Amount waiting() const;
    // What is known here of the load and of the slowest consumer.
    [[nodiscard]] LoadReading load_reading() const;
    // Fills in what is known here: lines, spool, what waits and what was lost.
    void describe(DaemonStatus& status) const;
    [[nodiscard]] Sink& sink() { return *sink_; }
    [[nodiscard]] const Sink& sink() const { return *sink_; }
    [[nodiscard]] SpoolConsumers& consumers() { return *consumers_; }
    [[nodiscard]] const LineOrigin& origin() const { return origin_; }

    struct End {
        bool is_spooled = false;   // all that was forwarded is on the disk; or there is none
        std::string sink_trouble;  // SinkEnd::trouble
    };
    [[nodiscard]] End end();

    // The same, for a process that goes on at once; or for this one, if that comes to nothing. What
    // is not on the disk, for want of one that answers, is lost.
    [[nodiscard]] DataInheritance hand_over();

private:
    DataPath(asio::io_context& context, const Config& config, LogSink& log_sink);
    [[nodiscard]] std::optional<ExitCode> open_spool();
    [[nodiscard]] std::optional<ExitCode> open_sink(SinkEvents events, DataInheritance inheritance);
    [[nodiscard]] std::optional<ExitCode> open_stdout(SinkEvents events,
                                                      std::optional<StdoutResume> resume);
    [[nodiscard]] std::optional<ExitCode> open_unix(SinkEvents events, DataInheritance inheritance);
    void on_news(const SpoolNews& news);
    void leave_as_found();
    [[nodiscard]] double spool_memory() const;

    asio::io_context& context_;
    const Config& config_;
    LogSink& log_sink_;
    Log log_;
    LineOrigin origin_;
    SpoolStatus spool_status_;
    std::uint64_t frames_forwarded_ = 0;
    std::uint64_t bytes_forwarded_ = 0;
    std::function<void()> progressed_;
    std::vector<std::function<void()>> to_be_spooled_;  // the spool took nothing when they came
    std::unique_ptr<SpoolThread> spool_;
    std::optional<Feed> feed_;
    std::optional<SpoolConsumers> consumers_;
    std::optional<Intake> intake_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace conduitd
