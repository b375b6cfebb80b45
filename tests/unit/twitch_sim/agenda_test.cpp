#include "twitch_sim/model/agenda.hpp"

#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

TEST(Agenda, TasksRunAtTheirTimeInTheirOrder) {
    Agenda agenda;
    std::string done;
    agenda.add(TimePoint(2s), [&](TimePoint) { done += 'c'; });
    agenda.add(TimePoint(1s), [&](TimePoint) { done += 'a'; });
    agenda.add(TimePoint(1s), [&](TimePoint) { done += 'b'; });

    EXPECT_EQ(agenda.deadline(), TimePoint(1s));
    agenda.on_deadline(TimePoint(999ms));
    EXPECT_EQ(done, "");
    agenda.on_deadline(TimePoint(1s));
    EXPECT_EQ(done, "ab");
    agenda.on_deadline(TimePoint(5s));
    EXPECT_EQ(done, "abc");
    EXPECT_EQ(agenda.deadline(), conduitd::never);
}

TEST(Agenda, TaskMayAddAnother) {
    Agenda agenda;
    int runs = 0;
    agenda.add(TimePoint(1s), [&](TimePoint now) {
        ++runs;
        agenda.add(now, [&](TimePoint) { ++runs; });
        agenda.add(now + 1s, [&](TimePoint) { ++runs; });
    });

    agenda.on_deadline(TimePoint(1s));

    EXPECT_EQ(runs, 2);
    EXPECT_EQ(agenda.deadline(), TimePoint(2s));
}

TEST(Schedule, OrderIsCarriedOutLaterAndNoted) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.sim("/sim/schedule", R"({"in_ms":5000,"do":"close","with":{"code":4000}})");
    driver.sim("/sim/schedule", R"({"in_ms":6000,"do":"close","with":{"session":"none"}})");

    driver.advance(4999ms);
    EXPECT_FALSE(driver.client(socket).close_code);
    driver.advance(1ms);
    EXPECT_EQ(driver.client(socket).close_code, 4000);
    driver.advance(1s);

    const auto orders = driver.state().at("orders").as_array();
    ASSERT_EQ(orders.size(), 2u);
    EXPECT_EQ(orders.at(0).at("status").to_number<int>(), 200);
    EXPECT_EQ(orders.at(1).at("status").to_number<int>(), 404);
}

TEST(Schedule, WrongOrdersAreRefusedAtOnce) {
    Driver driver;

    EXPECT_EQ(driver.sim("/sim/schedule", R"({"in_ms":1,"do":"state"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/schedule", R"({"in_ms":1,"do":"emit","with":{"count":0}})").status,
              400u);
    EXPECT_EQ(driver.sim("/sim/schedule", R"({"in_ms":1,"do":"reorder"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/schedule", R"({"do":"emit"})").status, 400u);
    EXPECT_EQ(driver.state().at("waiting").to_number<int>(), 0);
}

}  // namespace
}  // namespace twitch_sim
