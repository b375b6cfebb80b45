#include "io/delivery_loop.hpp"

#include "io/stdout_writer.hpp"

#include <utility>

namespace conduitd {

DeliveryLoop::DeliveryLoop(boost::asio::io_context& context, Delivery& delivery, int fd,
                           std::function<void(ErrorCode)> failed, std::function<void()> progressed)
    : delivery_(delivery),
      failed_(std::move(failed)),
      progressed_(std::move(progressed)),
      writer_(StdoutWriter::make(context, fd)) {
    writer_->watch_reader([this] { fail(make_error_code(boost::system::errc::broken_pipe)); });
}

DeliveryLoop::~DeliveryLoop() = default;

void DeliveryLoop::wake() {
    if (has_failed_) return;
    buffer_.clear();
    if (!delivery_.fill(buffer_)) return;
    writer_->write(std::move(buffer_), [this](ErrorCode error, std::string buffer) {
        on_written(error, std::move(buffer));
    });
}

void DeliveryLoop::on_written(ErrorCode error, std::string buffer) {
    if (error) {
        fail(error);
        return;
    }
    buffer_ = std::move(buffer);
    delivery_.on_written();
    wake();
    progressed_();
}

void DeliveryLoop::fail(ErrorCode error) {
    if (std::exchange(has_failed_, true)) return;
    failed_(error);
}

}  // namespace conduitd
