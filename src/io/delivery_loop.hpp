#pragma once

#include "base/error.hpp"
#include "sink/delivery.hpp"

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace conduitd {

class StdoutWriter;

// Drives a delivery: writes its batches one after the other, for as long as there are any.
class DeliveryLoop {
public:
    // `delivery` outlives the loop. `failed` is called once, on the io_context's thread, when the
    // reader is gone or the write failed for another reason; nothing is written after it.
    // `progressed` is called after each batch.
    DeliveryLoop(boost::asio::io_context& context, Delivery& delivery, int fd,
                 std::function<void(ErrorCode)> failed, std::function<void()> progressed);
    ~DeliveryLoop();

    // There may be something to write.
    void wake();

private:
    void on_written(ErrorCode error, std::string buffer);
    void fail(ErrorCode error);

    Delivery& delivery_;
    std::function<void(ErrorCode)> failed_;
    std::function<void()> progressed_;
    std::string buffer_;
    bool has_failed_ = false;
    std::unique_ptr<StdoutWriter> writer_;
};

}  // namespace conduitd
