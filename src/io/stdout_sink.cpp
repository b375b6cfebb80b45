#include "io/stdout_sink.hpp"

#include "sink/cursor_refusal.hpp"

#include <utility>

namespace conduitd {

StdoutSink::StdoutSink(asio::io_context& context, Feed& feed, SpoolConsumers& consumers,
                       const LineOrigin& origin, LineFormat format,
                       std::unique_ptr<StdoutWriter> writer, Log log, SinkEvents events,
                       std::optional<StdoutResume> resume)
    : feed_(feed),
      consumers_(consumers),
      origin_(origin),
      format_(format),
      log_(log),
      events_(std::move(events)),
      timer_(context.get_executor()),
      reader_(context, feed, [this] { wake(); }),
      resume_(std::move(resume)),
      writer_(std::move(writer)) {
    writer_->watch_reader([this] { fail(make_error_code(boost::system::errc::broken_pipe)); });
    attach();
}

void StdoutSink::attach() {
    consumers_.attach(consumer_name, std::nullopt,
                      [this](const Result<std::uint64_t>& cursor) { on_attached(cursor); });
}

void StdoutSink::on_attached(const Result<std::uint64_t>& cursor) {
    if (has_ended_) return;
    if (!cursor) {
        if (!std::exchange(is_trouble_said_, true)) {
            log_.error("the cursor of stdout cannot be written: trying again",
                       {{"reason",
                         describe_cursor_refusal(cursor.error(), feed_.spool().consumers_max())}});
        }
        timer_.expires_after(attach_retry_interval);
        timer_.async_wait([this](const ErrorCode& error) {
            if (!error) attach();
        });
        return;
    }
    saved_ = *cursor;
    consumer_.emplace(ConsumerOptions{.kind = ConsumerKind::reading,
                                      .name = consumer_name,
                                      .cursor = *cursor,
                                      .format = format_,
                                      .types = {}},
                      origin_);
    if (const auto resume = std::exchange(resume_, std::nullopt)) {
        consumer_->resume(resume->position, writer_->bytes_before(), resume->rest);
        look_later();
    } else if (writer_->is_mid_line()) {
        consumer_->lines() += '\n';
    }
    wake();
    events_.progressed();
}

void StdoutSink::wake() {
    if (has_ended_ || has_failed_ || is_writing_ || !consumer_) return;
    reader_.fill(*consumer_);
    auto lines = consumer_->take_lines(std::move(buffer_));
    if (lines.empty()) {
        buffer_ = std::move(lines);
        return;
    }
    is_writing_ = true;
    writer_->write(std::move(lines), [this](ErrorCode error, std::string buffer) {
        on_written(error, std::move(buffer));
    });
    look_later();
}

void StdoutSink::tell(std::string_view line) {
    if (!consumer_ || has_ended_) return;
    // Who does not read what waits for it already misses the line.
    if (consumer_->lines().size() >= Consumer::lines_bytes_max) return;
    consumer_->lines() += line;
    wake();
}

void StdoutSink::on_written(ErrorCode error, std::string buffer) {
    is_writing_ = false;
    buffer_ = std::move(buffer);
    if (error) {
        fail(error);
        return;
    }
    note_taken();
    wake();
    events_.progressed();
}

void StdoutSink::note_taken() {
    if (!consumer_) return;
    consumer_->on_read(writer_->bytes_taken());
    if (consumer_->cursor() == saved_) return;
    saved_ = consumer_->cursor();
    consumers_.save(consumer_name, saved_);
}

void StdoutSink::look_later() {
    if (std::exchange(is_looking_, true)) return;
    timer_.expires_after(look_interval);
    timer_.async_wait([this](const ErrorCode& error) {
        if (error) return;
        is_looking_ = false;
        const auto before = saved_;
        note_taken();
        if (writer_->bytes_taken() < consumer_->bytes_taken()) look_later();
        wake();
        if (saved_ != before) events_.progressed();
    });
}

bool StdoutSink::is_caught_up() const {
    return consumer_ && consumer_->cursor() + 1 >= feed_.visible_end();
}

SinkEnd StdoutSink::end() {
    if (std::exchange(has_ended_, true)) return {};
    timer_.cancel();
    const bool has_writer_ended = writer_->end();
    note_taken();
    consumers_.detach(consumer_name);
    consumers_.flush();
    SinkEnd end;
    // What a pipe keeps of a line when its reader goes, no later reader gets.
    if (writer_->is_mid_line()) end.ending = Spool::Ending::cut_off;
    if (!has_writer_ended) {
        end.trouble = "a write to stdout does not return";
        log_.error(end.trouble +
                       ": ending without it; how much of these records is written is "
                       "not known, so they are kept",
                   {{"after", saved_}, {"records", consumer_->records_in_flight()}});
    }
    return end;
}

SinkHandover StdoutSink::hand_over() {
    SinkHandover handover;
    const bool may_resume = consumer_ && !has_failed_;
    handover.end = end();
    if (!may_resume || !handover.end.trouble.empty()) return handover;
    handover.resume =
        StdoutResume{writer_->unwritten() + consumer_->lines(), consumer_->position()};
    handover.end.ending = Spool::Ending::well;  // the other process completes the line
    return handover;
}

std::uint64_t StdoutSink::lines_written() const {
    return consumer_ ? consumer_->records_sent() : 0;
}

std::vector<ConnectedConsumer> StdoutSink::connected() const {
    if (!consumer_) return {};
    return {{consumer_name, consumer_->kind(), std::nullopt, consumer_->position(),
             consumer_->cursor(), consumer_->records_in_flight(), consumer_->records_sent(), 0}};
}

// A reader that goes during a write is noticed by both, who watches it and the write.
void StdoutSink::fail(ErrorCode error) {
    if (has_ended_ || std::exchange(has_failed_, true)) return;
    note_taken();
    events_.failed(error);
}

}  // namespace conduitd
