#pragma once

#include "telemetry/log_output.hpp"

#include <spdlog/sinks/base_sink.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace conduitd {

// A spdlog sink in front of a stream that may not take everything. A line that it does not take
// whole is dropped; ahead of the first line that gets through again, a notice says how many were.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    // Renders the notice, without a line break.
    using DroppedNotice = std::function<std::string(std::uint64_t dropped)>;

    LineSink(TakeBytes take, DroppedNotice notice)
        : take_(std::move(take)), notice_(std::move(notice)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}  // nothing is kept back

    TakeBytes take_;
    DroppedNotice notice_;
    std::uint64_t dropped_ = 0;  // since the last line that got through
    bool is_torn_ = false;       // the last bytes taken were the beginning of a line
};

}  // namespace conduitd
