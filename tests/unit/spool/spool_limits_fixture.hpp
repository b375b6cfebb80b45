#pragma once

#include "spool/spool_fixture.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace conduitd::test {

// A spool whose consumers and limits are looked at: five records of 100 bytes to a segment.
class SpoolLimitsTest : public SpoolTest {
protected:
    // Opens the spool, for consumers that are connected.
    void open_for(std::initializer_list<const char*> consumers) {
        open();
        for (const auto* consumer : consumers) ASSERT_TRUE(spool->attach(consumer, {}, now));
    }
    void append_many(int count) {
        for (int i = 0; i < count; ++i) append({std::string(100 - record_head_bytes, 'x')});
    }
    // And waits until it is on the disk.
    void ack(const std::string& consumer, std::uint64_t sequence) {
        ASSERT_FALSE(spool->ack(consumer, sequence, now));
        pass(options.sync_interval);
    }
    // A consumer goes, and is not seen again until it does not count any more.
    void expire(const std::string& consumer) {
        spool->detach(consumer, now);
        pass(options.consumer_ttl + std::chrono::minutes(1));
    }
    [[nodiscard]] std::uint64_t oldest() const { return spool->status().oldest; }
};

}  // namespace conduitd::test
