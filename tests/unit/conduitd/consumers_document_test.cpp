#include "conduitd/consumers_document.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

constexpr WallTime second(std::chrono::seconds(1));

}  // namespace

TEST(ConsumersDocument, CursorAndConnectionOfANameAreOneConsumer) {
    const std::vector<ConsumerStatus> known{{"away", 0, second, false, true, 12},
                                            {"bot", 9, second, true, false, 3}};
    const std::vector<ConnectedConsumer> connected{
        {"bot", ConsumerKind::acking, Peer{1000, 42}, 13, 9, 2, 5, 0}};

    EXPECT_EQ(make_consumers_document(known, connected),
              R"({"consumers":[{"name":"away","acked":0,"behind":12,)"
              R"("seen_at":"1970-01-01T00:00:01.000000000Z","is_expired":true,"connection":null},)"
              R"({"name":"bot","acked":9,"behind":3,)"
              R"("seen_at":"1970-01-01T00:00:01.000000000Z","is_expired":false,)"
              R"("connection":{"kind":"acks","pid":42,"uid":1000,"position":13,)"
              R"("records_sent":5,"in_flight":2}}],"tails":[]})");
}

TEST(ConsumersDocument, TailsHaveNoNameAndMayHaveDroppedSome) {
    const std::vector<ConnectedConsumer> connected{
        {"", ConsumerKind::tail, std::nullopt, 13, 0, 0, 5, 7}};

    EXPECT_EQ(make_consumers_document({}, connected),
              R"({"consumers":[],"tails":[{"kind":"tail","pid":null,"uid":null,"position":13,)"
              R"("records_sent":5,"records_dropped":7}]})");
}

}  // namespace conduitd
