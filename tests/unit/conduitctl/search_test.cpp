#include "conduitctl/search.hpp"

#include "io/temporary_folder.hpp"
#include "io/unix_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace conduitctl {
namespace {

using conduitd::UnixListener;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Places places(const std::map<std::string, std::string>& environment,
              const std::string& state_dir = {}) {
    conduitd::ConfigInput input;
    input.environment = environment;
    return known_places(input, conduitd::locate_worker(input), state_dir);
}

}  // namespace

TEST(KnownPlaces, AreThoseThatTheDaemonUses) {
    const std::map<std::string, std::string> home{{"HOME", "/h"}};
    EXPECT_THAT(places(home).folders, ElementsAre("/h/.local/state/conduitd"));
    EXPECT_EQ(places(home).parent, "/run/conduitd");
    EXPECT_THAT(places(home).sockets, IsEmpty());
    EXPECT_THAT(places(home, "/s").folders, ElementsAre("/s"));
    EXPECT_THAT(places({}).folders, IsEmpty());

    auto unit = home;
    unit["RUNTIME_DIRECTORY"] = "/run/a:/run/b";
    unit["STATE_DIRECTORY"] = "/var/lib/a:/var/lib/b";
    EXPECT_THAT(places(unit).folders, ElementsAre("/run/a", "/var/lib/a"));

    unit["CONDUITD_STATE_DIR"] = "/data";
    unit["CONDUITD_CONTROL_PATH"] = "/c/{name}.sock";
    unit["CONDUITD_NAME"] = "blue";
    EXPECT_THAT(places(unit).folders, ElementsAre("/run/a", "/data"));
    EXPECT_THAT(places(unit).sockets, ElementsAre("/c/blue.sock"));

    unit["CONDUITD_CONTROL_PATH"] = "none";
    EXPECT_THAT(places(unit).sockets, IsEmpty());
}

TEST(FindSockets, LooksInFoldersInTheParentAndBelowIt) {
    const conduitd::test::TemporaryFolder folder;
    for (const char* const name : {"state", "run", "run/blue", "run/blue/deep"}) {
        std::filesystem::create_directory(folder / name);
    }
    const auto first = UnixListener::open(folder / "state/control-0.sock").value();
    const auto second = UnixListener::open(folder / "run/control-1.sock").value();
    const auto third = UnixListener::open(folder / "run/blue/control-2.sock").value();
    const auto too_deep = UnixListener::open(folder / "run/blue/deep/control-3.sock").value();
    const auto other = UnixListener::open(folder / "state/other.sock").value();
    std::ofstream(folder / "state/control-9.sock") << "not a socket";

    const auto found = find_sockets({{folder / "state"}, folder / "run"});

    EXPECT_THAT(found.paths,
                ElementsAre(folder / "run/blue/control-2.sock", folder / "run/control-1.sock",
                            folder / "state/control-0.sock"));
    EXPECT_THAT(found.looked, ElementsAre(folder / "state", folder / "run", folder / "run/blue"));
}

TEST(FindSockets, FolderNamedTwiceIsLookedAtOnce) {
    const conduitd::test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "state");
    std::filesystem::create_directory_symlink(folder / "state", folder / "link");
    const auto listener = UnixListener::open(folder / "state/control-0.sock").value();

    const auto found =
        find_sockets({{folder / "state", folder / "link", folder / "./state"}, folder / "none"});

    EXPECT_THAT(found.paths, ElementsAre(folder / "state/control-0.sock"));
}

TEST(FindSockets, NamedSocketIsFoundOnceAndAlsoWhereItIsNotThere) {
    const conduitd::test::TemporaryFolder folder;
    const auto listener = UnixListener::open(folder / "control-0.sock").value();

    const auto found = find_sockets(
        {{folder / "."}, folder / "none", {folder / "control-0.sock", "/none/x.sock"}});

    EXPECT_THAT(found.paths, ElementsAre("/none/x.sock", folder / "./control-0.sock"));
}

TEST(FindSockets, FolderThatCannotBeReadIsNamedWithTheReason) {
    const conduitd::test::TemporaryFolder folder;
    std::ofstream(folder / "file") << "not a folder";

    const auto found = find_sockets({{folder / "missing", folder / "file"}, folder / "none"});

    EXPECT_THAT(found.paths, IsEmpty());
    EXPECT_THAT(found.looked,
                ElementsAre(folder / "missing", HasSubstr("Not a directory"), folder / "none"));
}

}  // namespace conduitctl
