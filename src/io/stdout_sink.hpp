#pragma once

#include "io/asio.hpp"
#include "io/feed_reader.hpp"
#include "io/sink.hpp"
#include "io/spool_consumers.hpp"
#include "io/stdout_writer.hpp"
#include "sink/consumer.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// Writes lines to stdout, as the consumer called `stdout`. Its cursor is what the reader has taken
// whole: for a pipe all but what is still in it, so that what lies there when the reader goes is
// written again at the next start. A reader that stalls costs the two batches that are on their
// way.
class StdoutSink final : public Sink {
public:
    static constexpr const char* consumer_name = "stdout";
    // While something is written and not taken: so often it is looked at how much of it is.
    static constexpr std::chrono::milliseconds look_interval{100};
    static constexpr std::chrono::seconds attach_retry_interval{1};

    // The references outlive the sink. Where the writer is in the middle of a line, a line break
    // comes first; or what is left of the line, where another process says so.
    StdoutSink(asio::io_context& context, Feed& feed, SpoolConsumers& consumers,
               const LineOrigin& origin, LineFormat format, std::unique_ptr<StdoutWriter> writer,
               Log log, SinkEvents events, std::optional<StdoutResume> resume = {});

    void wake() override;
    void tell(std::string_view line) override;
    [[nodiscard]] bool is_caught_up() const override;
    [[nodiscard]] SinkEnd end() override;
    [[nodiscard]] SinkHandover hand_over() override;
    [[nodiscard]] std::uint64_t lines_written() const override;
    [[nodiscard]] std::vector<ConnectedConsumer> connected() const override;

private:
    void attach();
    void on_attached(const Result<std::uint64_t>& cursor);
    void on_written(ErrorCode error, std::string buffer);
    void note_taken();
    void look_later();
    void fail(ErrorCode error);

    Feed& feed_;
    SpoolConsumers& consumers_;
    const LineOrigin& origin_;
    LineFormat format_;
    Log log_;
    SinkEvents events_;
    Timer timer_;
    FeedReader reader_;
    std::optional<Consumer> consumer_;  // once its cursor is known
    std::uint64_t saved_ = 0;           // the cursor as the spool was told
    std::string buffer_;
    std::optional<StdoutResume> resume_;
    bool is_writing_ = false;
    bool is_looking_ = false;
    bool has_failed_ = false;  // nothing is written any more
    bool has_ended_ = false;
    bool is_trouble_said_ = false;
    std::unique_ptr<StdoutWriter> writer_;
};

}  // namespace conduitd
