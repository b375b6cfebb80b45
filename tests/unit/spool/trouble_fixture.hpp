#pragma once

#include "spool/spool_fixture.hpp"

#include <gtest/gtest.h>

namespace conduitd::test {

namespace errc = boost::system::errc;

// A spool on a disk that has no room, or fails.
class TroubleTest : public SpoolTest {
protected:
    using Kind = SimulatedDisk::Operation::Kind;

    void fail(Kind kind, errc::errc_t error, std::size_t bytes = 0) {
        disk->fault_for = [=](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
            if (operation.kind != kind) return std::nullopt;
            return SimulatedDisk::Fault{make_error_code(error), bytes};
        };
    }
    void fill_disk() { disk->bytes_max = 0; }
    // The disk has the record `a`, and no room for `b`.
    void open_with_a_consumer_and_fill_the_disk() {
        options.sync = SyncPolicy::interval;
        open();
        ASSERT_TRUE(spool->attach("bot", {}, now));
        append({"a"});
        fill_disk();
        append({"b"});
    }
    void empty_disk() { disk->bytes_max = UINT64_MAX; }
    void pass_a_retry() { pass(std::chrono::seconds(1)); }
};

}  // namespace conduitd::test
