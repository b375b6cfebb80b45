#include "io/unix_dialer.hpp"

#include "sink_world.hpp"

#include <sys/socket.h>

namespace conduitd {
namespace {

using test::ConsumerClient;
using ::testing::HasSubstr;

// A bot or a log collector that listens.
class ConsumerServer {
public:
    explicit ConsumerServer(const std::string& path)
        : listener_(UnixListener::open(path).value()) {}

    // -1 when nobody has come.
    [[nodiscard]] int accept() const {
        return ::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }

private:
    UnixListener listener_;
};

class UnixDialerTest : public test::SinkWorld {
protected:
    UnixDialerTest() { options.dialer.retry_max = std::chrono::milliseconds(200); }

    void dial() {
        make_sink();
        sink->dial();
    }
    ConsumerClient await_caller(const ConsumerServer& server) {
        int fd = -1;
        EXPECT_TRUE(await([&] {
            fd = server.accept();
            return fd >= 0;
        }));
        return ConsumerClient(fd);
    }
    [[nodiscard]] std::vector<std::string> outages() const {
        std::vector<std::string> found;
        for (const auto& line : log.lines) {
            if (line.starts_with("there is no consumer")) found.push_back(line);
        }
        return found;
    }
};

TEST_F(UnixDialerTest, ListenerThatSaysNothingIsTheDefaultConsumer) {
    append(3);
    const ConsumerServer server(options.path);
    dial();

    auto client = await_caller(server);
    ASSERT_TRUE(await_lines(client, 3));

    EXPECT_EQ(client.sequences(), range(1, 3));
    EXPECT_TRUE(await([&] { return cursor_of("default") == 3; }));
    EXPECT_TRUE(outages().empty());
}

TEST_F(UnixDialerTest, ListenerMaySayHelloAndAck) {
    append(3);
    const ConsumerServer server(options.path);
    dial();
    auto client = await_caller(server);

    client.say(R"({"hello":{"consumer":"bot","ack":true}})");
    ASSERT_TRUE(await_lines(client, 4));
    client.ack(2);

    EXPECT_TRUE(await([&] { return cursor_of("bot") == 2; }));
}

TEST_F(UnixDialerTest, ListenerThatComesLateGoesAndComesAgainMissesNothing) {
    append(3);
    dial();
    ASSERT_TRUE(await([&] { return !outages().empty(); }));
    EXPECT_THAT(outages().front(), HasSubstr(options.path));
    {
        const ConsumerServer server(options.path);
        auto client = await_caller(server);
        client.say(R"({"hello":{"consumer":"bot","ack":true}})");
        ASSERT_TRUE(await_lines(client, 4));
        client.ack(2);
    }
    ASSERT_TRUE(await([&] { return sink->connected().empty(); }));
    append(1);

    const ConsumerServer server(options.path);
    auto client = await_caller(server);
    client.say(R"({"hello":{"consumer":"bot","ack":true}})");
    ASSERT_TRUE(await_lines(client, 3));

    EXPECT_EQ(client.sequences(), range(3, 4));
    EXPECT_EQ(outages().size(), 1U);
}

TEST_F(UnixDialerTest, OutageAfterAConnectionThatLastedIsToldAnew) {
    options.dialer.lasted_min = std::chrono::nanoseconds(0);
    dial();
    ASSERT_TRUE(await([&] { return outages().size() == 1; }));
    {
        const ConsumerServer server(options.path);
        auto client = await_caller(server);
    }

    EXPECT_TRUE(await([&] { return outages().size() == 2; }));
}

TEST_F(UnixDialerTest, AbstractNameIsDialled) {
    options.path = fmt::format("@conduitd-dialer-test-{}", ::getpid());
    const auto listener = UnixListener::open_abstract(options.path.substr(1)).value();
    dial();

    int fd = -1;
    ASSERT_TRUE(await([&] {
        fd = ::accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        return fd >= 0;
    }));
    EXPECT_TRUE(ConsumerClient(fd).is_connected());
}

TEST_F(UnixDialerTest, NothingIsDialledAfterTheEnd) {
    dial();
    ASSERT_TRUE(await([&] { return !outages().empty(); }));

    stop();
    const ConsumerServer server(options.path);
    context.restart();
    context.poll();

    EXPECT_EQ(server.accept(), -1);
}

}  // namespace
}  // namespace conduitd
