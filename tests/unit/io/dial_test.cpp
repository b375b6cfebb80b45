#include "io/dial.hpp"

#include "io/lookup.hpp"
#include "loop.hpp"
#include "raw_server.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace conduitd {
namespace {

using asio::ip::make_address;
using asio::ip::tcp;

struct Outcome {
    bool is_done = false;
    ErrorCode error;
    std::chrono::steady_clock::duration took{};
};

Dial::Done record(Outcome& outcome) {
    return [&outcome, begin = std::chrono::steady_clock::now()](ErrorCode error, const TcpSocket&) {
        outcome = {true, error, std::chrono::steady_clock::now() - begin};
    };
}

// A port that nobody listens on.
tcp::endpoint refusing_endpoint() {
    asio::io_context context;
    const tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint();
}

// Listens without room for more than it has: further handshakes are left without an answer, as
// behind a firewall that drops them.
class SilentListener {
public:
    SilentListener() : acceptor_(context_, tcp::v4()) {
        acceptor_.bind({asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        fillers_.reserve(3);
        for (int i = 0; i < 3; ++i) {
            fillers_.emplace_back(context_).async_connect(acceptor_.local_endpoint(),
                                                          [](ErrorCode) {});
        }
    }
    [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
    asio::io_context context_;
    tcp::acceptor acceptor_;
    std::vector<tcp::socket> fillers_;
};

}  // namespace

TEST(Dial, AddressFamiliesTakeTurnsStartingWithThePreferredOne) {
    const tcp::endpoint six_a(make_address("2001:db8::1"), 1);
    const tcp::endpoint six_b(make_address("2001:db8::2"), 1);
    const tcp::endpoint six_c(make_address("2001:db8::3"), 1);
    const tcp::endpoint four_a(make_address("192.0.2.1"), 1);
    const tcp::endpoint four_b(make_address("192.0.2.2"), 1);

    EXPECT_EQ(interleave_families({six_a, six_b, six_c, four_a, four_b}),
              (Endpoints{six_a, four_a, six_b, four_b, six_c}));
    EXPECT_EQ(interleave_families({four_a, six_a}), (Endpoints{four_a, six_a}));
}

// With a delay before each, so many would take longer than any test is waited for.
TEST(Dial, FailedAttemptIsFollowedAtOnceByTheNext) {
    asio::io_context context;
    const test::RawServer server([](test::RawPeer& peer) { peer.read_to_end(); });
    Endpoints endpoints(100, refusing_endpoint());
    endpoints.push_back(server.endpoint());
    Outcome outcome;

    const auto dial = Dial::race(context.get_executor(), endpoints, record(outcome));

    ASSERT_TRUE(test::run_until(context, [&] { return outcome.is_done; }));
    EXPECT_FALSE(outcome.error) << outcome.error.message();
}

TEST(Dial, SilentAddressIsOvertakenByTheNext) {
    asio::io_context context;
    const SilentListener silent;
    const test::RawServer server([](test::RawPeer& peer) { peer.read_to_end(); });
    Outcome outcome;

    const auto dial =
        Dial::race(context.get_executor(), {silent.endpoint(), server.endpoint()}, record(outcome));

    ASSERT_TRUE(test::run_until(context, [&] { return outcome.is_done; }));
    EXPECT_FALSE(outcome.error) << outcome.error.message();
    EXPECT_GE(outcome.took, Dial::attempt_delay);
}

TEST(Dial, AllAddressesRefusedIsReportedOnce) {
    asio::io_context context;
    Outcome outcome;

    const auto dial = Dial::race(context.get_executor(), {refusing_endpoint(), refusing_endpoint()},
                                 record(outcome));

    ASSERT_TRUE(test::run_until(context, [&] { return outcome.is_done; }));
    EXPECT_EQ(outcome.error, boost::system::errc::connection_refused);
}

TEST(Dial, NameThatCannotExistIsReported) {
    asio::io_context context;
    Outcome outcome;

    // A label has at most 63 octets (RFC 1035): no name server is asked.
    const auto dial =
        Dial::start(context.get_executor(), std::string(80, 'x') + ".invalid", 1, record(outcome));

    ASSERT_TRUE(test::run_until(context, [&] { return outcome.is_done; }));
    EXPECT_TRUE(outcome.error);
}

TEST(Dial, CancelledDialReportsNothing) {
    asio::io_context context;
    const SilentListener silent;
    Outcome outcome;
    Outcome of_the_lookup;

    const auto dial = Dial::race(context.get_executor(), {silent.endpoint()}, record(outcome));
    const auto lookup =
        Dial::start(context.get_executor(), "twitch.invalid", 1, record(of_the_lookup));
    dial->cancel();
    lookup->cancel();
    test::run_for(context, std::chrono::milliseconds(300));

    EXPECT_FALSE(outcome.is_done);
    EXPECT_FALSE(of_the_lookup.is_done);
}

// A system without /etc/hosts, or one whose name server answers for it, makes no difference.
TEST(Lookup, LocalhostIsThisMachine) {
    asio::io_context context;
    std::optional<Endpoints> found;

    const Lookup lookup(context.get_executor(), "localhost", 80,
                        [&](ErrorCode, Endpoints endpoints) { found = std::move(endpoints); });

    ASSERT_TRUE(test::run_until(context, [&] { return found.has_value(); }));
    EXPECT_EQ(*found, (Endpoints{{asio::ip::make_address("::1"), 80},
                                 {asio::ip::make_address("127.0.0.1"), 80}}));
}

}  // namespace conduitd
