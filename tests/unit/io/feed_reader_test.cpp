#include "io/feed_reader.hpp"

#include "spool_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the lines of `{"n":…}` say, in their order.
std::vector<int> numbers_in(const std::string& text) {
    std::vector<int> numbers;
    for (auto at = text.find(R"("n":)"); at != std::string::npos; at = text.find(R"("n":)", at)) {
        at += 4;
        numbers.push_back(std::stoi(text.substr(at, 10)));
    }
    return numbers;
}

class FeedReaderTest : public test::SpoolFixture {
protected:
    Consumer make(ConsumerKind kind, std::uint64_t cursor = 0) {
        return Consumer({.kind = kind,
                         .name = "bot",
                         .cursor = cursor,
                         .format = LineFormat::annotated,
                         .types = {},
                         .window = {.records_max = 1'000'000, .bytes_max = 1'000'000'000}},
                        origin);
    }

    // Takes what there is until the consumer has come to the end.
    void take_all(FeedReader& reader, Consumer& consumer,
                  const std::function<void()>& meanwhile = {}) {
        ASSERT_TRUE(test::run_until(context, [&] {
            reader.fill(consumer);
            text += consumer.take_lines();
            if (meanwhile) meanwhile();
            return consumer.position() >= feed->visible_end();
        }));
        text += consumer.take_lines();
    }

    void expect_numbers(int first, int last) const {
        const auto numbers = numbers_in(text);
        ASSERT_EQ(numbers.size(), static_cast<std::size_t>(last - first + 1));
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            ASSERT_EQ(numbers[i], first + static_cast<int>(i));
        }
    }

    void remove_segments() {
        for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
            if (entry.path().extension() == ".seg") std::filesystem::remove(entry.path());
        }
    }

    LineOrigin origin{"conduit", "3"};
    std::string text;
};

TEST_F(FeedReaderTest, WhoKeepsUpNeedsNoDisk) {
    open();
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::acking);
    append(150);
    remove_segments();

    reader.fill(consumer);

    text = consumer.take_lines();
    expect_numbers(1, 150);
}

TEST_F(FeedReaderTest, WhoFellBehindGetsAllFromTheDiskAndThenFromMemory) {
    open();
    append(12'000, 1000);  // more than memory keeps
    ASSERT_EQ(feed->tail().find(1), nullptr);
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::acking);
    int more = 20;

    take_all(reader, consumer, [&] {
        if (more-- > 0) append(100, 1000);
    });

    expect_numbers(1, 14'000);
}

TEST_F(FeedReaderTest, MoreIsToldOnceTheDiskHasAnswered) {
    open();
    append(10);
    reopen_after_crash();
    bool is_told = false;
    FeedReader reader(context, *feed, [&is_told] { is_told = true; });
    auto consumer = make(ConsumerKind::acking);

    reader.fill(consumer);
    EXPECT_EQ(consumer.position(), 1U);
    ASSERT_TRUE(test::run_until(context, [&] { return is_told; }));
    reader.fill(consumer);

    text = consumer.take_lines();
    expect_numbers(1, 10);
}

TEST_F(FeedReaderTest, NumbersThatWereNeverGivenArePassed) {
    open();
    append(10);
    reopen_after_crash();
    append(10);
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::acking, 5);

    take_all(reader, consumer);

    expect_numbers(6, 20);
    EXPECT_THAT(text, Not(HasSubstr("conduitd.gap")));
    EXPECT_GT(consumer.position(), sequences_reserved);
}

TEST_F(FeedReaderTest, GapIsToldInItsPlace) {
    options.segment_bytes = 4096;
    open();
    append(1000, 100);
    const auto middle = [this] {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
            if (entry.path().extension() == ".seg") names.push_back(entry.path());
        }
        std::ranges::sort(names);
        return names.at(names.size() / 2);
    }();
    reopen_after_crash();
    std::filesystem::remove(middle);
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::acking);

    take_all(reader, consumer);

    const auto numbers = numbers_in(text);
    EXPECT_LT(numbers.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(numbers));
    EXPECT_EQ(numbers.front(), 1);
    EXPECT_EQ(numbers.back(), 1000);
    const auto gap = text.find("spool_damaged");
    ASSERT_NE(gap, std::string::npos);
    EXPECT_EQ(text.find("spool_damaged", gap + 1), std::string::npos);
}

TEST_F(FeedReaderTest, LiveTailThatIsBehindGoesOnWithWhatMemoryHas) {
    open();
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::tail);
    append(12'000, 1000);

    take_all(reader, consumer);

    const auto numbers = numbers_in(text);
    EXPECT_EQ(numbers.back(), 12'000);
    EXPECT_EQ(consumer.records_dropped() + numbers.size(), 12'000U);
    EXPECT_GT(consumer.records_dropped(), 0U);
}

TEST_F(FeedReaderTest, OneThatIsGoneWhileTheDiskReadsIsNotCalled) {
    open();
    append(10);
    reopen_after_crash();
    bool is_told = false;
    auto consumer = make(ConsumerKind::acking);
    {
        FeedReader reader(context, *feed, [&is_told] { is_told = true; });
        reader.fill(consumer);
    }

    wait_for_jobs();

    EXPECT_FALSE(is_told);
}

TEST_F(FeedReaderTest, ConsumerThatStallsHoldsLittle) {
    open();
    append(12'000, 1000);
    FeedReader reader(context, *feed, [] {});
    auto consumer = make(ConsumerKind::acking);

    for (int i = 0; i < 10; ++i) {
        reader.fill(consumer);
        wait_for_jobs();
    }

    EXPECT_LE(consumer.lines().size(), Consumer::lines_bytes_max + 2000);
    EXPECT_FALSE(consumer.has_room());
}

}  // namespace
}  // namespace conduitd
