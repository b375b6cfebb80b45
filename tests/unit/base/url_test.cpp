#include "base/url.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conduitd {
namespace {

Url parsed(std::string_view text) {
    const auto url = parse_url(text);
    EXPECT_TRUE(url) << text;
    return url ? *url : Url{};
}

bool is_loopback(std::string_view host) {
    return parsed("http://" + std::string(host) + "/").is_loopback();
}

TEST(ParseUrl, TakesAUrlApart) {
    const auto url = parsed("wss://eventsub.wss.twitch.tv/ws?keepalive_timeout_seconds=30");

    EXPECT_EQ(url.scheme, UrlScheme::wss);
    EXPECT_EQ(url.host, "eventsub.wss.twitch.tv");
    EXPECT_EQ(url.port, 443);
    EXPECT_EQ(url.target, "/ws?keepalive_timeout_seconds=30");
}

TEST(ParseUrl, KnowsThePortAndSecurityOfEachScheme) {
    EXPECT_EQ(parsed("http://a/").port, 80);
    EXPECT_EQ(parsed("https://a/").port, 443);
    EXPECT_EQ(parsed("ws://a/").port, 80);
    EXPECT_EQ(parsed("wss://a/").port, 443);
    EXPECT_FALSE(parsed("http://a/").is_tls());
    EXPECT_TRUE(parsed("https://a/").is_tls());
    EXPECT_FALSE(parsed("ws://a/").is_tls());
    EXPECT_TRUE(parsed("wss://a/").is_tls());
}

TEST(ParseUrl, KeepsTheTargetByteForByte) {
    for (const char* target :
         {"/ws?challenge=a1b2c3d4-1111&id=AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h",
          "/a/../b//c/./?x=%2f%2F%7e&y=+&&z==", "/%61?Q=A:b@c/?;,!$'()*", "/?", "//double"}) {
        EXPECT_EQ(parsed(std::string("wss://h") + target).target, target);
    }
}

// The example in the EventSub WebSocket guide has no path.
TEST(ParseUrl, AsksForTheRootWhereThereIsNoPath) {
    EXPECT_EQ(parsed("wss://host?challenge=x").target, "/?challenge=x");
    EXPECT_EQ(parsed("wss://host").target, "/");
    EXPECT_EQ(parsed("wss://host:8080?x").target, "/?x");
}

TEST(ParseUrl, LowersSchemeAndHostOnly) {
    const auto url = parsed("WSS://EventSub.WSS.Twitch.TV/WS?Challenge=ABC");

    EXPECT_EQ(url.scheme, UrlScheme::wss);
    EXPECT_EQ(url.host, "eventsub.wss.twitch.tv");
    EXPECT_EQ(url.target, "/WS?Challenge=ABC");
}

TEST(ParseUrl, TakesAddresses) {
    EXPECT_EQ(parsed("ws://127.0.0.1:8080/ws").host, "127.0.0.1");
    EXPECT_EQ(parsed("ws://127.0.0.1:8080/ws").port, 8080);
    EXPECT_EQ(parsed("ws://[::1]:8080/ws").host, "::1");
    EXPECT_EQ(parsed("ws://[2001:DB8::1]/ws").host, "2001:db8::1");
    EXPECT_EQ(parsed("ws://h:65535/").port, 65535);
}

TEST(ParseUrl, RefusesWhatIsNoAbsoluteUrlOfOurSchemes) {
    for (const char* text :
         {"", "/ws", "//host/ws", "host/ws", "host:80", "ftp://host/", "ws:/host", "ws:host",
          "ws://", "ws:///ws", "://host/", "wsss://host/"}) {
        EXPECT_TRUE(parse_url(text).has_error()) << text;
    }
}

TEST(ParseUrl, RefusesUsersAndFragments) {
    for (const char* text : {"wss://user@host/", "wss://user:secret@host/", "wss://@host/",
                             "wss://eventsub.wss.twitch.tv@evil.example/ws", "wss://host/#",
                             "wss://host/ws?x#fragment"}) {
        EXPECT_TRUE(parse_url(text).has_error()) << text;
    }
}

TEST(ParseUrl, RefusesPortsThatAreNone) {
    for (const char* text : {"ws://host:0/", "ws://host:65536/", "ws://host:99999999999/",
                             "ws://host:-1/", "ws://host:x/", "ws://host:/", "ws://host:80:80/"}) {
        EXPECT_TRUE(parse_url(text).has_error()) << text;
    }
}

TEST(ParseUrl, RefusesBlanksAndControlCharacters) {
    for (const std::string text : {" ws://host/", "ws://host/ ", "ws://ho st/", "ws://host/a b",
                                   "ws://host/\r\nX: y", "ws://host\n/", "ws://host/\t",
                                   "ws://host/?\x7f", "ws://h\xc3\xa9/", "ws://h/\xc3\xa9"}) {
        EXPECT_TRUE(parse_url(text).has_error()) << text;
    }
    EXPECT_TRUE(parse_url(std::string_view("ws://host/\0", 11)).has_error());
}

// Such a host was once decoded, so that it could carry line breaks into the Host header.
TEST(ParseUrl, RefusesPercentEncodedHosts) {
    for (const char* text :
         {"ws://host%0d%0aX:%20y/", "ws://local%68ost/", "ws://127.0.0.1%2eevil/",
          "ws://[fe80::1%25eth0]/", "ws://[v1.future]/"}) {
        EXPECT_TRUE(parse_url(text).has_error()) << text;
    }
}

// The bug: such a host went into a header, which takes 64 KiB, and the process ended.
TEST(ParseUrl, RefusesHostsThatNoNameServerKnows) {
    const std::string name(host_bytes_max - 2, 'a');

    EXPECT_TRUE(parse_url("https://" + name + ".x/"));
    EXPECT_TRUE(parse_url("https://" + name + ".xy/").has_error());
}

TEST(Url, SaysAuthorityAndOriginWithAPortThatIsNotTheSchemesOwn) {
    EXPECT_EQ(parsed("wss://h:443/ws?secret").authority(), "h");
    EXPECT_EQ(parsed("wss://h:443/ws?secret").origin(), "wss://h");
    EXPECT_EQ(parsed("http://h:443/").authority(), "h:443");
    EXPECT_EQ(parsed("ws://[::1]/").authority(), "[::1]");
    EXPECT_EQ(parsed("ws://[::1]:8080/x").origin(), "ws://[::1]:8080");
}

TEST(Url, IsLoopbackForTheLocalHost) {
    for (const char* host : {"localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "127.255.255.255",
                             "[::1]", "[0:0:0:0:0:0:0:1]"}) {
        EXPECT_TRUE(is_loopback(host)) << host;
    }
}

// "127..." and "127.999.0.1" are names that a resolver may answer; they once passed for addresses.
TEST(Url, IsNotLoopbackForWhatOnlyLooksLikeIt) {
    for (const char* host : {"127.evil.example.com", "localhost.evil.com", "evil-localhost",
                             "localhost.", "127...", "127.999.0.1", "127.1", "128.0.0.1", "0.0.0.0",
                             "[::]", "[::2]", "[fe80::1]", "1.127.0.0"}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
}

// Boost 1.81 reads these as a loopback address and a path, 1.83 some of them as a name of a host.
TEST(ParseUrl, AddressesWithSomethingBehindThemAreNotLoopback) {
    for (const char* text :
         {"ws://127.0.0.1.evil.com/", "ws://127.0.0.1./", "ws://127.0.0.1.2/", "ws://127.0.0.1x/",
          "ws://127.0.0.1x:80/", "ws://[::1]evil.com/", "ws://[::1]:80evil.com/"}) {
        const auto url = parse_url(text);
        EXPECT_TRUE(url.has_error() || !url->is_loopback()) << text;
    }
}

}  // namespace
}  // namespace conduitd
