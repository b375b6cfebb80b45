#include "twitch_sim/server/upgrade.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::HasSubstr;
using testing::Not;

// The handshake of RFC 6455, section 1.3.
HttpCall make_handshake() {
    return {"GET",
            "/ws?keepalive_timeout_seconds=30",
            {{"host", "h"},
             {"upgrade", "WebSocket"},
             {"connection", "keep-alive, Upgrade"},
             {"sec-websocket-version", "13"},
             {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="},
             {"sec-websocket-extensions", "permessage-deflate"}},
            ""};
}

HttpCall with_header(std::size_t index, std::string value) {
    HttpCall call = make_handshake();
    call.headers.at(index).second = std::move(value);
    return call;
}

TEST(Upgrade, FaultlessHandshakeIsAcceptedWithoutExtensions) {
    const HttpCall call = make_handshake();

    const std::string head = make_upgrade_head(call);

    EXPECT_TRUE(is_upgrade(call));
    EXPECT_FALSE(find_handshake_fault(call));
    EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("Extensions")));
}

TEST(Upgrade, IsAGetAtAPathThatEndsInWs) {
    HttpCall post = make_handshake();
    post.method = "POST";
    HttpCall elsewhere = make_handshake();
    elsewhere.target = "/helix?x=/ws";
    HttpCall below = make_handshake();
    below.target = "/cell-a/ws";

    EXPECT_FALSE(is_upgrade(post));
    EXPECT_FALSE(is_upgrade(elsewhere));
    EXPECT_TRUE(is_upgrade(below));
    EXPECT_FALSE(is_upgrade(with_header(1, "h2c")));
}

TEST(Upgrade, BrokenHandshakesAreRefused) {
    const auto no_connection = find_handshake_fault(with_header(2, "close"));
    const auto version = find_handshake_fault(with_header(3, "8"));
    const auto short_key = find_handshake_fault(with_header(4, "dGhl"));
    const auto bad_key = find_handshake_fault(with_header(4, "dGhlIHNhbXBsZSBub25jZ\"=="));

    ASSERT_TRUE(no_connection && version && short_key && bad_key);
    EXPECT_EQ(no_connection->status, 400u);
    EXPECT_EQ(version->status, 426u);
    EXPECT_EQ(version->headers.back().second, "13");
    EXPECT_EQ(short_key->status, 400u);
    EXPECT_EQ(bad_key->status, 400u);
}

}  // namespace
}  // namespace twitch_sim
