#include "io/notify_socket.hpp"

#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/socket.h>

namespace conduitd {
namespace {

// A service manager's end: takes one datagram at a time.
class Manager {
public:
    explicit Manager(const std::string& name) {
        const auto address = UnixAddress::parse(name);
        EXPECT_EQ(::bind(socket_.number(), address->data(), address->size()), 0);
    }

    [[nodiscard]] std::string take() const {
        char text[1024];
        const auto size = ::recv(socket_.number(), text, sizeof text, MSG_DONTWAIT);
        return size < 0 ? std::string() : std::string(text, static_cast<std::size_t>(size));
    }

private:
    Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

std::string abstract_name() {
    return "@conduitd-notify-" + std::to_string(::getpid());
}

TEST(NotifySocket, MessageArrivesAtAPathAndAtAnAbstractName) {
    const test::TemporaryFolder folder;
    for (const auto& name : {folder / "notify", abstract_name()}) {
        const Manager manager(name);
        const auto socket = NotifySocket::open(name);
        ASSERT_TRUE(socket) << name;

        EXPECT_FALSE((*socket)->send("READY=1\n"));
        EXPECT_FALSE((*socket)->send("WATCHDOG=1\n"));

        EXPECT_EQ(manager.take(), "READY=1\n");
        EXPECT_EQ(manager.take(), "WATCHDOG=1\n");
    }
}

TEST(NotifySocket, ManagerThatIsAwayIsAnErrorUntilItIsBack) {
    const test::TemporaryFolder folder;
    const auto name = folder / "notify";
    const auto socket = NotifySocket::open(name);
    ASSERT_TRUE(socket);

    EXPECT_EQ((*socket)->send("READY=1\n"), boost::system::errc::no_such_file_or_directory);
    const Manager manager(name);
    EXPECT_FALSE((*socket)->send("READY=1\n"));

    EXPECT_EQ(manager.take(), "READY=1\n");
}

TEST(NotifySocket, ManagerThatTakesNothingIsNotWaitedFor) {
    const Manager manager(abstract_name());
    const auto socket = NotifySocket::open(abstract_name());
    ASSERT_TRUE(socket);

    ErrorCode error;
    for (int i = 0; i < 100'000 && !error; ++i) error = (*socket)->send("WATCHDOG=1\n");

    EXPECT_EQ(error, boost::system::errc::resource_unavailable_try_again);
}

TEST(NotifySocket, NameOfAnotherKindIsRefused) {
    EXPECT_EQ(NotifySocket::open("vsock:2:1234").error(), boost::system::errc::invalid_argument);
    EXPECT_EQ(NotifySocket::open("notify").error(), boost::system::errc::invalid_argument);
    EXPECT_EQ(NotifySocket::open("@").error(), boost::system::errc::invalid_argument);
    EXPECT_EQ(NotifySocket::open("/" + std::string(200, 'x')).error(),
              boost::system::errc::filename_too_long);
}

}  // namespace
}  // namespace conduitd
