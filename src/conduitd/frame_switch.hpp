#pragma once

#include "worker/actions.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace conduitd {

// Where the worker's frames go at present: as one process takes over from another that changes, and
// for a moment there is no such place. What comes then is kept here.
class FrameSwitch final : public FrameSink {
public:
    // `sink` outlives this object, or lead_to() is called before it goes.
    void lead_to(FrameSink& sink) {
        sink_ = &sink;
        for (auto& held : std::exchange(held_, {})) {
            if (auto* const frame = std::get_if<Frame>(&held)) {
                sink.forward(frame->text, frame->id, frame->received_at);
            } else {
                const auto& told = std::get<ToldGap>(held);
                sink.report_gap(told.gap, told.at);
            }
        }
    }
    // Until lead_to() is called next; that has to be soon.
    void hold() { sink_ = nullptr; }

    void forward(std::string_view frame, const IdDigest& id, TimePoint received_at) override {
        if (sink_ != nullptr) return sink_->forward(frame, id, received_at);
        held_.emplace_back(Frame{std::string(frame), id, received_at});
    }
    void report_gap(const Gap& gap, TimePoint now) override {
        if (sink_ != nullptr) return sink_->report_gap(gap, now);
        held_.emplace_back(ToldGap{gap, now});
    }

private:
    struct Frame {
        std::string text;
        IdDigest id;
        TimePoint received_at;
    };
    struct ToldGap {
        Gap gap;
        TimePoint at;
    };

    FrameSink* sink_ = nullptr;
    std::vector<std::variant<Frame, ToldGap>> held_;
};

}  // namespace conduitd
