#include "telemetry/line_sink.hpp"

namespace conduitd {

void LineSink::sink_it_(const spdlog::details::log_msg& message) {
    std::string text;
    if (is_torn_) text += '\n';
    if (dropped_ > 0) text += notice_(dropped_) + '\n';
    text.append(message.payload.data(), message.payload.size());
    text += '\n';

    const auto taken = take_(text);
    if (taken == text.size()) {
        dropped_ = 0;
        is_torn_ = false;
    } else {
        ++dropped_;
        if (taken > 0) is_torn_ = text[taken - 1] != '\n';
    }
}

}  // namespace conduitd
