#include "conduitctl/status_view.hpp"

#include "conduitctl/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitctl {
namespace {

using test::holding;
using test::living;
using test::parsed;
using test::silent;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Worker sample() {
    return {"/s/control-blue.sock", Reach::answers, {}, parsed(R"({
        "version": "0.1.0", "pid": 4711, "name": "blue", "started_at": "2026-11-22T03:23:51Z",
        "uptime_s": 93784, "state": "moving", "is_degraded": true, "conduit_id": "c0ffee",
        "shard_id": "3", "session_id": "AgoQ",
        "counters": {"forwarded": 10000000000, "duplicates": 4, "reconnects": 5, "losses": 6,
                     "handovers": 7, "gaps": 8, "gap_ms": 900, "lines_written": 10,
                     "records_lost": 11},
        "waiting": {"records": 12, "bytes": 1300},
        "load": {"level": "high", "share": 7.31E-1, "events_per_second": 5120},
        "backlog": {"level": "available", "consumer": "bot", "bytes": 18230, "age_ms": 280900},
        "spool": {"dir": "/s/spool", "segments": 3, "bytes": 123456, "trouble": null},
        "last_handover": {"cause": "rotation", "took_ms": 3, "unbound_ms": 0, "read_old": 5,
                          "read_new": 2, "forwarded": 6, "duplicates": 1, "is_balanced": true}})")};
}

}  // namespace

TEST(StatusView, WorkerIsDescribedWithAllThatIsKnown) {
    EXPECT_EQ(
        describe_worker(sample()),
        "worker blue: moving (degraded), up 1d 2h\n"
        "  shard      3\n"
        "  conduit    c0ffee\n"
        "  session    AgoQ\n"
        "  events     10000000000 forwarded, 4 duplicates dropped\n"
        "  sink       10 lines written, 12 records (1300 bytes) waiting, 11 lost\n"
        "  load       high, 73% of what it can take; 5120 events/s\n"
        "  backlog    available; the slowest consumer, bot, is 4m 40s and 18230 bytes behind\n"
        "  spool      123456 bytes in /s/spool\n"
        "  sessions   7 handovers, 5 reconnects ordered, 6 lost\n"
        "  gaps       8, 900 ms together\n"
        "  handover   the last one, rotation: took 3 ms, unbound 0 ms; read 5 on the old "
        "session, 2 on the new and 0 on others: 6 forwarded, 1 duplicates\n"
        "  process    pid 4711, version 0.1.0, since 2026-11-22T03:23:51Z\n"
        "  socket     /s/control-blue.sock\n");
}

TEST(StatusView, AutoSaysWhichShardItHas) {
    EXPECT_THAT(describe_worker(holding("a", "auto", "3")),
                AllOf(HasSubstr("  shard      auto: 3\n"), Not(HasSubstr("  waits "))));
    EXPECT_THAT(describe_worker(holding("a", "4-7", "4-7")), HasSubstr("  shard      4-7\n"));
    EXPECT_THAT(make_table({holding("a", "auto", "3")}), HasSubstr("auto: 3"));
}

TEST(StatusView, ShardsThatAreKeptForOthersAreShown) {
    auto document = holding("a", "auto", "3").status.document();
    document["keeps"] = "5-7";

    EXPECT_THAT(describe_worker(Worker{"/s", Reach::answers, {}, Status(document)}),
                HasSubstr("  shard      auto: 3 (keeps 5-7)\n"));
}

TEST(StatusView, StandBySaysWhatItWaitsFor) {
    EXPECT_THAT(describe_worker(holding("a", "auto", nullptr)),
                AllOf(HasSubstr("worker a: standby"), HasSubstr("  shard      auto\n"),
                      HasSubstr("  waits      for a shard that is free\n")));

    auto document = holding("b", "0", nullptr).status.document();
    document["held_by"] = "BhpR\n";
    const Worker superseded{"/s", Reach::answers, {}, Status(document)};

    EXPECT_THAT(
        describe_worker(superseded),
        HasSubstr("  waits      for the end of session BhpR\\x0a, which is somebody else's\n"));
}

TEST(StatusView, WhatIsMissingIsADash) {
    EXPECT_THAT(describe_worker(living("0", "0")),
                AllOf(HasSubstr("  session    -\n"), Not(HasSubstr("the last one"))));
}

TEST(StatusView, NobodyIsBehindWhereThereIsNoConsumer) {
    auto worker = sample();
    worker.status = parsed(R"({"backlog": {"level": "available", "consumer": null}})");

    EXPECT_THAT(describe_worker(worker), HasSubstr("  backlog    there is no consumer\n"));
}

TEST(StatusView, DiskThatTakesNothingIsSaid) {
    auto worker = sample();
    worker.status = parsed(R"({"spool": {"dir": "memory", "bytes": 7, "trouble": "disk full"}})");

    EXPECT_THAT(describe_worker(worker),
                HasSubstr("  spool      7 bytes in memory; the disk takes nothing: disk full\n"));
}

// An older worker says nothing of them.
TEST(StatusView, SectionsThatAreMissingAreLeftOut) {
    EXPECT_THAT(describe_worker(living("0", "0")),
                AllOf(Not(HasSubstr("load")), Not(HasSubstr("backlog")), Not(HasSubstr("spool"))));
}

TEST(StatusView, TableHasALineForEachThatAnswersInColumns) {
    EXPECT_EQ(make_table({sample(), silent("1"), living("0", "0")}),
              "NAME  SHARD  STATE              LOAD  FORWARDED    WAITING  HANDOVERS  GAPS  UP     "
              "SOCKET\n"
              "blue  3      moving (degraded)  high  10000000000  12       7          8     1d 2h  "
              "/s/control-blue.sock\n"
              "0     0      holding            -     0            0        0          0     0s     "
              "/s/control-0.sock\n");
}

TEST(StatusView, JsonHasADocumentOrAnErrorForEach) {
    const auto document = make_status_json({living("0", "0"), silent("1")});

    EXPECT_EQ(boost::json::value(document), boost::json::parse(R"({"workers": [
        {"socket": "/s/control-0.sock",
         "status": {"name": "0", "shard_id": "0", "state": "holding"}},
        {"socket": "/s/control-1.sock", "error": "it does not answer"}]})"));
}

TEST(StatusView, SumsThatDoNotBalanceAreSaid) {
    EXPECT_THAT(describe_handover(parsed(R"({"is_balanced": false})")), HasSubstr("report this"));
    EXPECT_THAT(describe_handover(parsed(R"({"is_balanced": true})")),
                Not(HasSubstr("report this")));
}

// Whoever answers at the socket has no say over the terminal.
TEST(StatusView, ControlCharactersAreNotPassedOn) {
    auto worker = living("\x1b]0;x\x07", "0");

    EXPECT_THAT(describe_worker(worker), Not(HasSubstr("\x1b")));
    EXPECT_THAT(worker.label(), Not(HasSubstr("\x1b")));
    EXPECT_THAT(make_table({worker}), Not(HasSubstr("\x07")));
}

TEST(StatusView, UptimeHasTheTwoLargestUnits) {
    EXPECT_EQ(describe_uptime(0), "0s");
    EXPECT_EQ(describe_uptime(59), "59s");
    EXPECT_EQ(describe_uptime(60), "1m 0s");
    EXPECT_EQ(describe_uptime(3600 + 61), "1h 1m");
    EXPECT_EQ(describe_uptime(86'400 * 400), "400d 0h");
}

}  // namespace conduitctl
