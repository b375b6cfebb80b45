#include "conduitctl/selection.hpp"

#include "conduitctl/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitctl {
namespace {

using test::holding;
using test::living;
using test::silent;
using test::stale;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> labels(const Selection& selection) {
    std::vector<std::string> out;
    for (const auto& worker : selection.workers) out.push_back(worker.label());
    return out;
}

}  // namespace

TEST(SelectToShow, ShardPicksWhoHoldsItAndWhoStandsByForIt) {
    const std::vector<Worker> found{holding("a", "auto", "3"), holding("b", "auto", nullptr),
                                    holding("c", "3", nullptr), holding("d", "auto", "2,4-6")};

    EXPECT_THAT(labels(select_to_show(found, {.shard = 3}, {})),
                ElementsAre("worker a", "worker c"));
    EXPECT_THAT(labels(select_to_show(found, {.shard = 5}, {})), ElementsAre("worker d"));
    EXPECT_EQ(select_to_show(found, {.shard = 1}, {}).refusal, ExitCode::no_worker);
}

TEST(SelectToOrder, ShardMeansWhoHoldsItElseWhoStandsByForIt) {
    const auto owner = holding("a", "0", "0");
    const auto spare = holding("b", "0", nullptr);

    EXPECT_THAT(labels(select_to_order({spare, owner}, {.shard = 0}, {})), ElementsAre("worker a"));
    EXPECT_THAT(labels(select_to_order({spare}, {.shard = 0}, {})), ElementsAre("worker b"));
}

TEST(SelectToOrder, SeveralAreListedWithWhatTheyHold) {
    const auto selection =
        select_to_order({holding("a", "auto", "3"), holding("b", "auto", nullptr)}, {}, {});

    EXPECT_THAT(selection.complaint, AllOf(HasSubstr("worker a  shard auto: 3  /s"),
                                           HasSubstr("worker b  shard auto  /s")));
}

TEST(SelectToShow, EverythingFoundIsShown) {
    const auto selection = select_to_show({living("0", "0"), stale("1"), silent("2")}, {}, {"/s"});

    EXPECT_FALSE(selection.refusal);
    EXPECT_THAT(labels(selection),
                ElementsAre("worker 0", "/s/control-1.sock", "/s/control-2.sock"));
}

TEST(SelectToShow, NobodyAliveSaysWhereWasLooked) {
    const auto selection = select_to_show({stale("1")}, {}, {"/s", "/run/conduitd"});

    EXPECT_EQ(selection.refusal, ExitCode::no_worker);
    EXPECT_THAT(selection.complaint,
                AllOf(HasSubstr("no worker found"), HasSubstr("\n  /s\n  /run/conduitd"),
                      HasSubstr("/s/control-1.sock: stale")));
}

TEST(SelectToShow, ShardPicksByWhatWorkersSay) {
    const std::vector<Worker> found{living("blue", "3"), living("3", "4"), silent("5")};

    EXPECT_THAT(labels(select_to_show(found, {.shard = 3}, {})), ElementsAre("worker blue"));
    EXPECT_EQ(select_to_show(found, {.shard = 5}, {}).refusal, ExitCode::no_worker);
    EXPECT_THAT(select_to_show(found, {.shard = 5}, {}).complaint,
                HasSubstr("no worker of shard 5 found"));
}

TEST(SelectToOrder, OnlyOneNeedsNoSelector) {
    EXPECT_THAT(labels(select_to_order({living("0", "0"), stale("1")}, {}, {})),
                ElementsAre("worker 0"));
}

TEST(SelectToOrder, SeveralAreListedAndNoneIsTaken) {
    const auto selection = select_to_order({living("0", "0"), living("1", "1")}, {}, {});

    EXPECT_EQ(selection.refusal, ExitCode::usage);
    EXPECT_THAT(selection.workers, IsEmpty());
    EXPECT_THAT(selection.complaint,
                AllOf(HasSubstr("--all"), HasSubstr("worker 0  shard 0  /s/control-0.sock"),
                      HasSubstr("worker 1  shard 1  /s/control-1.sock")));
}

// It may be alive, so that the one that answers is not certainly the one that is meant.
TEST(SelectToOrder, WorkerThatDoesNotAnswerCounts) {
    EXPECT_EQ(select_to_order({living("0", "0"), silent("1")}, {}, {}).refusal, ExitCode::usage);
}

TEST(SelectToOrder, AllMeansAllThatMayBeAlive) {
    const auto selection =
        select_to_order({living("0", "0"), stale("1"), silent("2")}, {.is_all = true}, {});

    EXPECT_FALSE(selection.refusal);
    EXPECT_THAT(labels(selection), ElementsAre("worker 0", "/s/control-2.sock"));
}

TEST(SelectToOrder, ShardOfTwoConduitsIsAmbiguous) {
    const std::vector<Worker> found{living("blue", "0"), living("green", "0")};

    EXPECT_EQ(select_to_order(found, {.shard = 0}, {}).refusal, ExitCode::usage);
}

TEST(SelectToOrder, NobodyIsNotAUsageError) {
    EXPECT_EQ(select_to_order({}, {.is_all = true}, {}).refusal, ExitCode::no_worker);
    EXPECT_THAT(select_to_order({}, {}, {}).complaint, Not(HasSubstr("looked")));
}

}  // namespace conduitctl
