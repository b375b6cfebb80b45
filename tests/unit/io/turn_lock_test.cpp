#include "io/turn_lock.hpp"

#include "io/file_thread.hpp"
#include "io/loop.hpp"
#include "io/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;
using std::chrono::hours;
using std::chrono::milliseconds;

// Two processes of one host, as far as a lock can tell.
class TurnLockTest : public ::testing::Test {
protected:
    void take(TurnLock& lock, std::optional<ErrorCode>& answer, Duration patience = hours(1)) {
        lock.take(patience, [&answer](ErrorCode error) { answer = error; });
    }
    bool is_answered(const std::optional<ErrorCode>& answer) {
        return test::run_until(context_, [&] { return answer.has_value(); });
    }

    asio::io_context context_;
    test::TemporaryFolder folder_;
    FileThread files_{context_};
    TurnLock first_{context_, files_, folder_ / "lock"};
    TurnLock second_{context_, files_, folder_ / "lock"};
    std::optional<ErrorCode> first_answer_;
    std::optional<ErrorCode> second_answer_;
};

TEST_F(TurnLockTest, IsTakenWhenNobodyHasIt) {
    take(first_, first_answer_);

    ASSERT_TRUE(is_answered(first_answer_));
    EXPECT_EQ(*first_answer_, ErrorCode());
}

TEST_F(TurnLockTest, ComesToTheNextOnceItIsGivenUp) {
    take(first_, first_answer_);
    ASSERT_TRUE(is_answered(first_answer_));
    take(second_, second_answer_);
    test::run_for(context_, milliseconds(120));
    ASSERT_FALSE(second_answer_);

    first_.release();

    ASSERT_TRUE(is_answered(second_answer_));
    EXPECT_EQ(*second_answer_, ErrorCode());
}

TEST_F(TurnLockTest, ThatOthersKeepIsNotWaitedForWithoutEnd) {
    take(first_, first_answer_);
    ASSERT_TRUE(is_answered(first_answer_));

    take(second_, second_answer_, milliseconds(60));

    ASSERT_TRUE(is_answered(second_answer_));
    EXPECT_EQ(*second_answer_, errc::timed_out);
}

TEST_F(TurnLockTest, WaitThatIsGivenUpIsNotAnswered) {
    take(first_, first_answer_);
    ASSERT_TRUE(is_answered(first_answer_));
    take(second_, second_answer_);

    second_.release();
    first_.release();
    take(first_, first_answer_ = std::nullopt);

    ASSERT_TRUE(is_answered(first_answer_));
    EXPECT_FALSE(second_answer_);
}

TEST_F(TurnLockTest, InAFolderThatIsNotThereFailsAtOnce) {
    TurnLock lock(context_, files_, folder_ / "missing/lock");

    take(lock, first_answer_);

    ASSERT_TRUE(is_answered(first_answer_));
    EXPECT_EQ(*first_answer_, errc::no_such_file_or_directory);
}

TEST_F(TurnLockTest, ThatCouldNotBeTakenCanBeAskedForAgain) {
    take(first_, first_answer_);
    ASSERT_TRUE(is_answered(first_answer_));
    take(second_, second_answer_, milliseconds(1));
    ASSERT_TRUE(is_answered(second_answer_));
    first_.release();

    take(second_, second_answer_ = std::nullopt);

    ASSERT_TRUE(is_answered(second_answer_));
    EXPECT_EQ(*second_answer_, ErrorCode());
}

}  // namespace
}  // namespace conduitd
