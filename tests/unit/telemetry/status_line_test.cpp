#include "telemetry/status_line.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

DaemonStatus holding_shards(const ShardSet& shards) {
    DaemonStatus status;
    status.worker.state = WorkerState::holding;
    status.worker.conduit_id = "26b1c993";
    status.worker.shards = shards;
    status.worker.forwarded = 1042;
    return status;
}

TEST(StatusLine, WhoHasItsShardsSaysWhich) {
    EXPECT_EQ(make_status_line(holding_shards({3}), false).text(),
              "ready: shard 3 of conduit 26b1c993; 1042 events, 0 waiting for consumers");
    EXPECT_EQ(make_status_line(holding_shards({4, 5, 6}), false).state,
              "ready: shards 4-6 of conduit 26b1c993");
}

TEST(StatusLine, WhoIsNotReadySaysWhy) {
    DaemonStatus status;
    status.worker.state = WorkerState::seeking;

    EXPECT_EQ(make_status_line(status, false).state,
              "not ready: no session has the shards: one is dialled or claimed");

    status = holding_shards({3});
    status.worker.is_degraded = true;
    EXPECT_EQ(make_status_line(status, false).state, "not ready: degraded: the log says why");
}

TEST(StatusLine, StandByAndStopAreTheirOwn) {
    DaemonStatus status;
    status.worker.state = WorkerState::standby;
    EXPECT_EQ(make_status_line(status, false).state, "standing by: others have the shards");

    EXPECT_EQ(make_status_line(holding_shards({3}), true).state,
              "stopping: what was received is handed on");
}

TEST(StatusLine, WhatIsWrongWithTheSpoolIsSaid) {
    auto status = holding_shards({3});
    status.waiting.records = 7;
    status.records_lost = 2;
    status.spool.trouble = make_error_code(boost::system::errc::no_space_on_device);

    EXPECT_EQ(make_status_line(status, false).figures,
              "1042 events, 7 waiting for consumers, the disk does not take records, 2 lost");
}

}  // namespace
}  // namespace conduitd
