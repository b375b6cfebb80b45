#include "worker/parking_hosts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace conduitd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Shards from 0 on, each with its session; "" for one that has none.
Listing listing_with(const std::vector<std::string>& session_ids) {
    std::vector<Shard> shards;
    for (const auto& session_id : session_ids) {
        const std::string status = session_id.empty() ? "websocket_disconnected" : "enabled";
        shards.push_back({std::to_string(shards.size()), status, "websocket", session_id});
    }
    Listing listing(static_cast<std::uint32_t>(shards.size()));
    listing.add({std::move(shards), {}}, {}, {});
    return listing;
}

class ParkingHostsTest : public testing::Test {
protected:
    void see(const std::vector<std::string>& session_ids) {
        hosts.on_listing(listing_with(session_ids), own);
    }

    const std::deque<std::string> own{"A", "A2"};
    ParkingHosts hosts;
};

TEST_F(ParkingHostsTest, AllOthersAreThoseOfTheFirstListing) {
    see({"A", "B", "C", "A2", ""});

    EXPECT_THAT(hosts.sessions(), ElementsAre("B", "C"));
}

TEST_F(ParkingHostsTest, WhoHasLeftAShardToUsIsNone) {
    see({"A", "B", "B", "S"});
    see({"S", "A", "B", "S"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("S"));
}

TEST_F(ParkingHostsTest, WhoHasNothingLeftOfItsOwnIsNone) {
    see({"A", "B", "C", "S"});
    see({"B", "C", "A", "S"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("S"));
}

TEST_F(ParkingHostsTest, WhoIsLeavingIsNoneLaterOnEither) {
    see({"A", "B", "S"});
    see({"B", "S", "S"});
    see({"B", "S", "S"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("S"));
}

TEST_F(ParkingHostsTest, WhoKeepsWhatItHadGoesBeforeWhoIsNotKnown) {
    see({"A", "B", "S"});
    see({"X", "A", "S"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("S"));
}

TEST_F(ParkingHostsTest, WhoIsNotKnownGoesBeforeNobody) {
    see({"A", "B"});
    see({"X", "A"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("X"));
}

TEST_F(ParkingHostsTest, WhoIsOnlyLeavingIsNobody) {
    see({"A", "B"});
    see({"B", "A"});

    EXPECT_THAT(hosts.sessions(), IsEmpty());
}

TEST_F(ParkingHostsTest, WhoHasRefusedIsNone) {
    see({"A", "B", "C"});
    hosts.on_refused("B");
    see({"A", "B", "C"});

    EXPECT_THAT(hosts.sessions(), ElementsAre("C"));
}

}  // namespace
}  // namespace conduitd
