#include "io/peer_channel.hpp"

#include "io/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace conduitd {
namespace {

class PeerChannelTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        one = PeerChannel::make(context, Descriptor(ends[0]), {[](auto) {}, [](const auto&) {}});
        other = PeerChannel::make(
            context, Descriptor(ends[1]),
            {[this](PeerChannel::Message message) { got.push_back(std::move(message)); },
             [this](const std::string& why) { ended = why; }});
    }

    asio::io_context context;
    std::unique_ptr<PeerChannel> one;
    std::unique_ptr<PeerChannel> other;
    std::vector<PeerChannel::Message> got;
    std::string ended;
};

TEST_F(PeerChannelTest, MessagesComeWholeAndInOrder) {
    const std::string large(3'000'000, 'x');  // far more than the socket takes at once
    one->send(1, "a");
    one->send(2, large);
    one->send(3, {});
    ASSERT_TRUE(test::run_until(context, [&] { return got.size() == 3; }));

    EXPECT_EQ(got[0].kind, 1);
    EXPECT_EQ(got[0].payload, "a");
    EXPECT_EQ(got[1].payload, large);
    EXPECT_EQ(got[2].kind, 3);
    EXPECT_EQ(got[2].payload, "");
}

TEST_F(PeerChannelTest, DescriptorsComeWithTheirMessage) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const Descriptor reader(pipe[0]);
    const Descriptor writer(pipe[1]);

    one->send(1, std::string(200'000, 'x'));
    one->send(2, "with", {writer.number()});
    one->send(3, "without");
    ASSERT_TRUE(test::run_until(context, [&] { return got.size() == 3; }));

    ASSERT_EQ(got[1].descriptors.size(), 1U);
    EXPECT_TRUE(got[0].descriptors.empty());
    EXPECT_TRUE(got[2].descriptors.empty());
    ASSERT_EQ(::write(got[1].descriptors[0].number(), "!", 1), 1);
    char byte = 0;
    ASSERT_EQ(::read(reader.number(), &byte, 1), 1);
    EXPECT_EQ(byte, '!');
}

// What a process said before it died is heard.
TEST_F(PeerChannelTest, TheEndComesBehindWhatWasSaid) {
    one->send(1, "last words");
    one.reset();
    ASSERT_TRUE(test::run_until(context, [&] { return !ended.empty(); }));

    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].payload, "last words");
}

TEST_F(PeerChannelTest, WhatIsNoMessageEndsIt) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Descriptor raw(ends[0]);
    other = PeerChannel::make(context, Descriptor(ends[1]),
                              {[](auto) {}, [this](const std::string& why) { ended = why; }});
    ASSERT_EQ(::write(raw.number(), "GET / HTTP/1.1\r\n", 16), 16);

    ASSERT_TRUE(test::run_until(context, [&] { return !ended.empty(); }));
    EXPECT_EQ(ended, "it says what no message is");
}

TEST_F(PeerChannelTest, WhoDoesNotReadIsGivenUpAtTheLimit) {
    other.reset();
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Descriptor raw(ends[1]);
    one = PeerChannel::make(context, Descriptor(ends[0]),
                            {[](auto) {}, [this](const std::string& why) { ended = why; }});
    const std::string part(PeerChannel::message_bytes_max, 'x');
    for (int i = 0; i < 5; ++i) one->send(1, part);

    ASSERT_TRUE(test::run_until(context, [&] { return !ended.empty(); }));
    EXPECT_EQ(ended, "it does not read");
}

TEST_F(PeerChannelTest, FlushWaitsUntilAllIsWithTheSystem) {
    one->send(1, std::string(3'000'000, 'x'));
    EXPECT_FALSE(one->flush(std::chrono::milliseconds(10)));  // nobody reads

    ASSERT_TRUE(test::run_until(context, [&] { return got.size() == 1; }));
    EXPECT_TRUE(one->flush(std::chrono::seconds(5)));
}

TEST_F(PeerChannelTest, ClosedByUsItTellsNothing) {
    one->send(1, "a");
    other->close();
    test::run_for(context, std::chrono::milliseconds(20));

    EXPECT_TRUE(got.empty());
    EXPECT_EQ(ended, "");
}

}  // namespace
}  // namespace conduitd
