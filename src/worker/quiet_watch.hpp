#pragma once

#include "base/time.hpp"

#include <algorithm>

namespace conduitd {

// Notices that messages have stopped coming while the session goes on: Twitch leaves a session open
// whose shard somebody else has claimed, and writes nothing but keepalives to it (observed). Where
// messages are rare, or come in bursts, a long silence is nothing strange: it is measured by the
// mean of the times between the latest ones.
class QuietWatch {
public:
    // That many messages are seen before anything is said of them.
    static constexpr unsigned messages_min = 50;
    // A silence of that many means is strange; a shorter one than quiet_min never is.
    static constexpr int means_max = 20;
    static constexpr Duration quiet_min = std::chrono::seconds(10);

    void on_message(TimePoint now) {
        if (count_ > 0) mean_ += (now - last_at_ - mean_) / static_cast<int>(count_);
        count_ = std::min(count_ + 1, messages_min);
        last_at_ = now;
        is_told_ = false;
    }

    // Something else came. True once for each silence.
    [[nodiscard]] bool has_gone_quiet(TimePoint now) {
        const bool is_quiet =
            count_ == messages_min && now - last_at_ >= std::max(quiet_min, mean_ * means_max);
        if (!is_quiet || is_told_) return false;
        is_told_ = true;
        return true;
    }

private:
    unsigned count_ = 0;  // of no more than messages_min
    Duration mean_{};
    TimePoint last_at_{};
    bool is_told_ = false;
};

}  // namespace conduitd
