#include "helix/refusal.hpp"

#include "helix/answers.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace answers;

TEST(Refusal, OnlySomeStatusesRefuseTheCredentials) {
    for (const unsigned code : {400U, 401U, 403U}) EXPECT_TRUE(is_refusal(status(code))) << code;
    for (const unsigned code : {200U, 302U, 404U, 429U, 500U, 503U}) {
        EXPECT_FALSE(is_refusal(status(code))) << code;
    }
    EXPECT_FALSE(is_refusal(network_error()));
}

TEST(Refusal, TellsWhatIsWrongAndWhatToDo) {
    EXPECT_EQ(describe_refusal(invalid_secret()),
              "Twitch refuses the client secret (403 invalid client secret): check "
              "TWITCH_CLIENT_SECRET");
    EXPECT_EQ(describe_refusal(invalid_client()),
              "Twitch refuses the client id or secret (400 invalid client): check "
              "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET");
}

}  // namespace
}  // namespace conduitd
