#include "io/tls.hpp"

#include "io/buffered_socket.hpp"
#include "io/error.hpp"
#include "io/files.hpp"
#include "loop.hpp"
#include "temporary_folder.hpp"
#include "tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace conduitd {
namespace {

using ::testing::HasSubstr;

struct Opening {
    std::optional<ErrorCode> error;
    std::string what;
    std::string server_name;  // as the server saw it
};

std::shared_ptr<TlsClient> trusting(const std::string& pem) {
    const test::TemporaryFolder folder;
    EXPECT_FALSE(replace_file(folder / "ca.pem", pem));
    std::string reason;
    return TlsClient::make(folder / "ca.pem", reason).value();
}

Opening open(const test::TestCertificate& certificate, std::shared_ptr<TlsClient> tls,
             const std::string& host) {
    Opening opening;
    asio::io_context context;
    {
        const test::RawServer server(test::with_tls(certificate, [&](test::TlsPeer& peer) {
            opening.server_name = peer.server_name();
            peer.read_to_end();
        }));
        const auto socket = std::make_shared<BufferedSocket>(context.get_executor());
        socket->open(server.url("https", "/", host), std::move(tls), {},
                     [&opening](ErrorCode error, std::string what) {
                         opening.error = error;
                         opening.what = std::move(what);
                     });
        EXPECT_TRUE(test::run_until(context, [&] { return opening.error.has_value(); }));
        socket->close();
    }
    return opening;
}

}  // namespace

TEST(Tls, CertificateOfTheHostIsTakenAndTheNameIsSent) {
    const auto certificate = test::make_certificate("DNS:localhost");

    const auto opening = open(certificate, trusting(certificate.certificate), "localhost");

    EXPECT_FALSE(*opening.error) << opening.what;
    EXPECT_EQ(opening.server_name, "localhost");
}

TEST(Tls, AddressIsCheckedAsAnAddressAndNotSentAsAName) {
    const auto certificate = test::make_certificate("IP:127.0.0.1");

    const auto opening = open(certificate, trusting(certificate.certificate), "127.0.0.1");

    EXPECT_FALSE(*opening.error) << opening.what;
    EXPECT_EQ(opening.server_name, "");
}

TEST(Tls, CertificateForAnotherHostIsRefused) {
    const auto certificate = test::make_certificate("DNS:localhost");
    const auto tls = trusting(certificate.certificate);

    const auto opening = open(certificate, tls, "127.0.0.1");

    EXPECT_EQ(opening.error->category(), certificate_category());
    EXPECT_EQ(opening.what, "certificate of 127.0.0.1 is for another host");
    EXPECT_EQ(opening.error->message(), "certificate is for another host");
}

TEST(Tls, UntrustedCertificateIsRefusedWithTheSettingThatHelps) {
    const auto certificate = test::make_certificate("DNS:localhost");
    const auto tls = trusting(test::make_certificate("DNS:localhost").certificate);

    const auto opening = open(certificate, tls, "localhost");

    EXPECT_EQ(opening.error->category(), certificate_category());
    EXPECT_THAT(opening.what, HasSubstr("certificate of localhost not trusted: "));
    EXPECT_THAT(opening.what, HasSubstr("twitch.ca_file"));
}

TEST(Tls, SystemTrustStoreDoesNotTrustASelfSignedCertificate) {
    std::string reason;

    const auto opening = open(test::make_certificate("DNS:localhost"),
                              TlsClient::make("", reason).value(), "localhost");

    EXPECT_THAT(opening.what, HasSubstr("not trusted: self-signed certificate"));
}

TEST(Tls, ExpiredCertificateIsRefused) {
    const auto certificate = test::make_certificate("DNS:localhost", true);

    const auto opening = open(certificate, trusting(certificate.certificate), "localhost");

    EXPECT_THAT(opening.what, HasSubstr("certificate of localhost has expired"));
}

TEST(Tls, PeerThatSpeaksNoTlsIsReported) {
    asio::io_context context;
    const test::RawServer server([](test::RawPeer& peer) {
        peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        peer.read_to_end();
    });
    std::string reason;
    const auto socket = std::make_shared<BufferedSocket>(context.get_executor());
    std::string what;

    socket->open(server.url("https", "/"), TlsClient::make("", reason).value(), {},
                 [&](ErrorCode, std::string text) { what = text; });

    EXPECT_TRUE(test::run_until(context, [&] { return !what.empty(); }));
    EXPECT_THAT(what, HasSubstr("TLS handshake with https://127.0.0.1:"));
    socket->close();
}

TEST(Tls, TrustFileThatCannotBeUsedIsReported) {
    const test::TemporaryFolder folder;
    ASSERT_FALSE(replace_file(folder / "empty.pem", "no certificate\n"));
    std::string reason;

    EXPECT_TRUE(TlsClient::make(folder / "missing.pem", reason).has_error());
    EXPECT_THAT(reason, HasSubstr("missing.pem: No such file or directory"));
    EXPECT_TRUE(TlsClient::make(folder / "empty.pem", reason).has_error());
    EXPECT_THAT(reason, HasSubstr("empty.pem"));
}

}  // namespace conduitd
