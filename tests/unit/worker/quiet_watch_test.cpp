#include "worker/quiet_watch.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

class Messages {
public:
    Messages(unsigned count, Duration apart) {
        for (unsigned i = 0; i < count; ++i) send_after(apart);
    }
    void send_after(Duration pause) {
        now_ += pause;
        watch_.on_message(now_);
    }
    [[nodiscard]] bool are_missed_after(Duration silence) {
        return watch_.has_gone_quiet(now_ + silence);
    }

private:
    TimePoint now_{1h};
    QuietWatch watch_;
};

TEST(QuietWatch, SilenceOfTwentyTimesTheUsualIsToldOnce) {
    Messages messages(60, 2s);

    EXPECT_FALSE(messages.are_missed_after(39s));
    EXPECT_TRUE(messages.are_missed_after(40s));
    EXPECT_FALSE(messages.are_missed_after(50s));
    messages.send_after(60s);
    EXPECT_TRUE(messages.are_missed_after(90s));
}

TEST(QuietWatch, SilenceBetweenTwoKeepalivesIsNoneHoweverManyMessagesCame) {
    Messages messages(5000, 1ms);

    EXPECT_FALSE(messages.are_missed_after(9s));
    EXPECT_TRUE(messages.are_missed_after(10s));
}

TEST(QuietWatch, FewMessagesTellNothing) {
    Messages messages(49, 1s);

    EXPECT_FALSE(messages.are_missed_after(1h));
}

TEST(QuietWatch, UsualIsWhatTheLatestMessagesWere) {
    Messages messages(500, 10ms);
    for (int i = 0; i < 200; ++i) messages.send_after(30s);

    EXPECT_FALSE(messages.are_missed_after(9min));
}

}  // namespace
}  // namespace conduitd
