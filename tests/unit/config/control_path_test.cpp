#include "config/control_path.hpp"

#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ControlPath, LiesInTheStateFolderUnderTheWorkersName) {
    const auto loaded = Input().flag("state.dir", "/s").flag("shard.id", "3").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.name, "3");
    EXPECT_EQ(loaded.config.control.path, "/s/control-3.sock");
    EXPECT_EQ(row(loaded, "control.path").value, "/s/control-3.sock");
    EXPECT_EQ(row(loaded, "control.path").origin, "state.dir");
}

TEST(ControlPath, RuntimeFolderGoesFirst) {
    auto input = Input().with("RUNTIME_DIRECTORY", "/run/conduitd:/run/other");
    EXPECT_EQ(input.load().config.control.path, "/run/conduitd/control-auto.sock");
    EXPECT_EQ(row(input.load(), "control.path").origin, "RUNTIME_DIRECTORY");

    input.with("RUNTIME_DIRECTORY", "relative");
    EXPECT_EQ(input.load().config.control.path,
              "/home/user/.local/state/conduitd/control-auto.sock");
}

TEST(ControlPath, NameTakesTheShardsPlace) {
    const auto loaded = Input().flag("state.dir", "/s").flag("name", "blue-1").load();

    EXPECT_EQ(loaded.config.control.path, "/s/control-blue-1.sock");
}

TEST(ControlPath, PlaceholderInAGivenPathIsReplacedWhereverItStands) {
    const auto input = Input().flag("control.path", "/r/{name}/c-{name}.sock").flag("name", "a");

    EXPECT_EQ(input.load().config.control.path, "/r/a/c-a.sock");
    EXPECT_EQ(row(input.load(), "control.path").origin, "--control.path");
}

TEST(ControlPath, NoneMeansNone) {
    const auto loaded = Input().with("CONDUITD_CONTROL_PATH", "none").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.control.path, "");
    EXPECT_EQ(row(loaded, "control.path").value, "none");
}

// A longer one would be cut off by the system, and two workers would share a socket.
TEST(ControlPath, LongerThanASocketsAddressIsRefused) {
    const std::string fits = "/" + std::string(settings::control_path_bytes_max - 1, 'x');

    EXPECT_THAT(Input().flag("control.path", fits).load().problems, IsEmpty());
    EXPECT_THAT(Input().flag("control.path", fits + "x").load().problems,
                ElementsAre(AllOf(HasSubstr("--control.path"), HasSubstr("has 108 bytes"))));
    EXPECT_THAT(Input().flag("state.dir", fits).load().problems,
                ElementsAre(AllOf(HasSubstr("state.dir"), HasSubstr("control-auto.sock"))));
    EXPECT_THAT(Input().flag("state.dir", fits).flag("control.path", "none").load().problems,
                IsEmpty());
}

TEST(ControlPath, LengthIsJudgedWithTheNameInPlace) {
    const std::string path = "/" + std::string(100, 'x') + "{name}";

    EXPECT_THAT(Input().flag("control.path", path).flag("name", "123456").load().problems,
                IsEmpty());
    EXPECT_THAT(Input().flag("control.path", path).flag("name", "1234567").load().problems,
                ElementsAre(HasSubstr("has 108 bytes")));
}

TEST(ControlPath, NamesThatWouldLeadElsewhereAreRefused) {
    for (const char* const name : {"", "a/b", "..", ".hidden", "a b", "\xc3\xa9"}) {
        EXPECT_THAT(Input().flag("name", name).load().problems, ElementsAre(HasSubstr("--name")))
            << name;
    }
    EXPECT_THAT(Input().flag("name", std::string(32, 'x')).load().problems, IsEmpty());
    EXPECT_THAT(Input().flag("name", std::string(33, 'x')).load().problems,
                ElementsAre(HasSubstr("longer than 32 bytes")));
}

TEST(ControlPath, FileNamesAreRecognised) {
    EXPECT_TRUE(settings::is_control_file_name(settings::control_file_name("0")));
    EXPECT_TRUE(settings::is_control_file_name("control-blue-1.sock"));
    EXPECT_FALSE(settings::is_control_file_name("control-.sock"));
    EXPECT_FALSE(settings::is_control_file_name("token.json"));
    EXPECT_FALSE(settings::is_control_file_name("control-auto.sock.lock"));
}
