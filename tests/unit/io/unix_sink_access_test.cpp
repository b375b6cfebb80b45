#include "sink_world.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

using test::ConsumerClient;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Who may connect, and where.
class UnixSinkAccessTest : public test::SinkWorld {};

TEST_F(UnixSinkAccessTest, OneTooManyIsToldSo) {
    options.consumers_max = 1;
    listen();
    auto first = come(bot);

    auto second = come(R"({"consumer":"other"})");
    ASSERT_TRUE(await_end(second));
    auto newer = come(bot);

    EXPECT_THAT(second.last_line(), HasSubstr("sink.unix.max_consumers"));
    EXPECT_THAT(newer.last_line(), HasSubstr("hello"));  // takes the place of the first
}

TEST_F(UnixSinkAccessTest, StrangersAreLimitedToo) {
    options.consumers_max = 1;
    listen();
    std::vector<ConsumerClient> strangers;
    for (int i = 0; i < 17; ++i) strangers.emplace_back(options.path);

    ConsumerClient silent(options.path);
    ASSERT_TRUE(await_end(silent));
    ConsumerClient talking(options.path);
    talking.say(R"({"hello":{"consumer":"bot"}})");
    ASSERT_TRUE(await_end(talking));

    for (const auto* const client : {&silent, &talking}) {
        EXPECT_THAT(client->lines(), SizeIs(1));
        EXPECT_THAT(client->last_line(), HasSubstr("conduitd.error"));
        EXPECT_THAT(client->last_line(), HasSubstr("17 connections are open"));
        EXPECT_THAT(client->last_line(), HasSubstr("sink.unix.max_consumers (1)"));
    }
}

TEST_F(UnixSinkAccessTest, UserWhoIsNotListedIsRefused) {
    options.allow_uids = {::getuid() + 1};
    listen();
    ConsumerClient client(options.path);

    ASSERT_TRUE(await_end(client));

    EXPECT_THAT(client.last_line(),
                HasSubstr(fmt::format("user {} is not one of sink.unix.allow_uids", ::getuid())));
}

TEST_F(UnixSinkAccessTest, UserWhoIsListedIsServed) {
    options.allow_uids = {::getuid() + 1, ::getuid()};
    listen();

    EXPECT_THAT(come(bot).last_line(), HasSubstr("hello"));
}

TEST_F(UnixSinkAccessTest, AbstractNameIsNoFile) {
    options.path = fmt::format("@conduitd-test-{}", ::getpid());
    append(1);
    listen();

    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 2));

    EXPECT_EQ(client.sequences(), range(1, 1));
    EXPECT_EQ(UnixListener::open_abstract(options.path.substr(1)).error(),
              boost::system::errc::address_in_use);
}

TEST_F(UnixSinkAccessTest, SocketHasItsModeWhateverTheUmaskIs) {
    const auto before = ::umask(077);
    listen();
    ::umask(before);

    struct stat status {};
    ASSERT_EQ(::stat(options.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0660));
}

TEST_F(UnixSinkAccessTest, FileThatIsNoSocketIsLeftAlone) {
    std::ofstream(options.path) << "precious";
    make_sink();

    EXPECT_EQ(sink->listen(), boost::system::errc::not_a_socket);
}

}  // namespace
}  // namespace conduitd
