#include "io/unix_acceptor.hpp"

#include "consumer_client.hpp"
#include "lines.hpp"
#include "loop.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

namespace conduitd {
namespace {

class UnixAcceptorTest : public ::testing::Test {
protected:
    std::unique_ptr<UnixAcceptor> accept() {
        return std::make_unique<UnixAcceptor>(
            context.get_executor(), UnixListener::open(path).value(),
            [this](UnixSocket socket) { sockets.push_back(std::move(socket)); }, Log(log, "io"));
    }

    test::TemporaryFolder folder;
    std::string path = folder / "a.sock";
    asio::io_context context;
    test::Lines log;
    std::vector<UnixSocket> sockets;
};

TEST_F(UnixAcceptorTest, TakesAllThatConnect) {
    const auto acceptor = accept();
    const test::ConsumerClient first(path);
    const test::ConsumerClient second(path);

    EXPECT_TRUE(test::run_until(context, [&] { return sockets.size() == 2; }));
}

TEST_F(UnixAcceptorTest, WaitsForADescriptorAndSaysSoOnce) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan needs a descriptor of its own to look at an object's type";
#endif
    const auto acceptor = accept();
    const test::ConsumerClient client(path);
    const Descriptor lowest_free(::dup(0));
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none_left{static_cast<rlim_t>(lowest_free.number()), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);

    const bool is_said = test::run_until(context, [&] { return !log.lines.empty(); });
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);

    EXPECT_TRUE(is_said);
    EXPECT_TRUE(sockets.empty());
    EXPECT_TRUE(test::run_until(context, [&] { return sockets.size() == 1; }));
    EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(UnixAcceptorTest, TakesNobodyAfterItsEnd) {
    auto acceptor = accept();
    const test::ConsumerClient client(path);

    acceptor.reset();
    context.poll();

    EXPECT_TRUE(sockets.empty());
    EXPECT_FALSE(test::ConsumerClient(path).is_connected());
}

}  // namespace
}  // namespace conduitd
