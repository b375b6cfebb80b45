#include "telemetry/status_document.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

DaemonStatus sample() {
    DaemonStatus status;
    status.version = "0.1.0";
    status.pid = 4711;
    status.name = "blue";
    status.shard_id = "auto";
    status.started_at = WallTime(1'700'000'000s);
    status.uptime = 90'500ms;
    status.worker.state = WorkerState::holding;
    status.worker.conduit_id = "c0ffee";
    status.worker.shards = {3};
    status.worker.session_id = "AgoQ";
    status.worker.forwarded = 10'000'000'000;
    status.worker.gap_total = 1'500ms;
    status.worker.points_left = 799;
    status.lines_written = 7;
    status.waiting = {2, 3000};
    status.records_lost = 1;
    status.spool_dir = "/spool";
    status.spool.segments = 2;
    status.spool.bytes = 4000;
    status.spool.oldest = 9;
    status.spool.next_sequence = 12;
    status.spool.trouble = make_error_code(boost::system::errc::no_space_on_device);
    return status;
}

HandoverReport report() {
    HandoverReport report;
    report.cause = HandoverCause::rotation;
    report.from = "AgoQ";
    report.to = "BhpR";
    report.took = 12ms;
    report.read_old = 5;
    report.read_new = 2;
    report.forwarded = 6;
    report.duplicates = 1;
    return report;
}

class RecordingSink : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view text,
               std::span<const LogField> given) override {
        what = text;
        for (const auto& field : given) fields.emplace(field.key, field.value);
    }

    std::string what;
    std::map<std::string, std::string> fields;
};

boost::json::value parsed(const DaemonStatus& status) {
    return boost::json::parse(make_status_document(status));
}

}  // namespace

TEST(StatusDocument, HoldsWhatTheDaemonKnows) {
    const auto expected = boost::json::parse(R"({
        "version": "0.1.0", "pid": 4711, "name": "blue",
        "started_at": "2023-11-14T22:13:20.000000000Z", "uptime_s": 90,
        "state": "holding", "is_degraded": false,
        "conduit_id": "c0ffee", "shard_id": "auto", "holds": "3", "keeps": null, "session_id": "AgoQ",
        "held_by": null,
        "helix": {"points_left": 799, "points_limit": null},
        "counters": {"forwarded": 10000000000, "duplicates": 0, "dedupe_evicted": 0,
                     "reconnects": 0, "losses": 0,
                     "handovers": 0, "gaps": 0, "gap_ms": 1500, "frames_skipped": 0, "lines_written": 7,
                     "records_lost": 1},
        "spool": {"dir": "/spool", "segments": 2, "bytes": 4000, "oldest": 9, "next": 12,
                  "trouble": "No space left on device"},
        "waiting": {"records": 2, "bytes": 3000},
        "last_handover": null})");

    auto document = parsed(sample()).as_object();
    // They have tests of their own.
    EXPECT_TRUE(document.erase("load"));
    EXPECT_TRUE(document.erase("backlog"));
    EXPECT_EQ(document, expected);
}

TEST(StatusDocument, ShardsThatAreWishedForAreNotHeld) {
    auto status = sample();

    status.worker.state = WorkerState::seeking;
    EXPECT_TRUE(parsed(status).at("holds").is_null());
    status.worker.state = WorkerState::moving;
    EXPECT_EQ(parsed(status).at("holds"), "3");
    // It keeps guests alone.
    status.worker.shards = {};
    status.worker.guests = {1, 2};
    EXPECT_TRUE(parsed(status).at("holds").is_null());
    EXPECT_EQ(parsed(status).at("keeps"), "1,2");
}

TEST(StatusDocument, StandByNamesWhoHasItsShard) {
    auto status = sample();
    status.shard_id = "0";
    status.worker.state = WorkerState::standby;
    status.worker.shards = {};
    status.worker.session_id.clear();
    status.worker.held_by = "BhpR";

    const auto document = parsed(status);

    EXPECT_EQ(document.at("state"), "standby");
    EXPECT_EQ(document.at("shard_id"), "0");
    EXPECT_TRUE(document.at("holds").is_null());
    EXPECT_EQ(document.at("held_by"), "BhpR");
}

TEST(StatusDocument, SpoolIsInMemoryWithoutAFolder) {
    auto status = sample();
    status.spool_dir.clear();

    EXPECT_EQ(parsed(status).at("spool").at("dir"), "memory");
}

TEST(StatusDocument, LastHandoverComesWithItsSums) {
    auto status = sample();
    status.worker.last_handover = report();

    EXPECT_EQ(parsed(status).at("last_handover"), boost::json::parse(R"({
        "cause": "rotation", "from": "AgoQ", "to": "BhpR", "took_ms": 12, "unbound_ms": 0,
        "read_old": 5, "read_new": 2, "read_between": 0, "forwarded": 6, "duplicates": 1, "is_balanced": true})"));
}

TEST(StatusDocument, SumsThatDoNotBalanceAreSaid) {
    auto status = sample();
    status.worker.last_handover = report();
    status.worker.last_handover->read_new = 3;

    EXPECT_FALSE(parsed(status).at("last_handover").at("is_balanced").as_bool());
}

TEST(StatusDocument, IsOneLineWhateverIsInIt) {
    auto status = sample();
    status.worker.conduit_id = "a\n\"b\x01";

    EXPECT_EQ(make_status_document(status).find('\n'), std::string::npos);
    EXPECT_EQ(parsed(status).at("conduit_id").as_string(), "a\n\"b\x01");
}

TEST(StatusDocument, LogLineHasTheSameValues) {
    RecordingSink sink;

    log_status(Log(sink, "conduitd"), sample());

    EXPECT_EQ(sink.what, "status");
    EXPECT_EQ(sink.fields["state"], "holding");
    EXPECT_EQ(sink.fields["forwarded"], "10000000000");
    EXPECT_EQ(sink.fields["lines"], "7");
    EXPECT_EQ(sink.fields["lost"], "1");
    EXPECT_EQ(sink.fields["gap_ms"], "1500");
}

}  // namespace conduitd
