#include "io/error.hpp"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

namespace conduitd {
namespace {

std::string describe(int value, const std::string& certificate) {
    switch (value) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return certificate + " is for another host";
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return certificate + " has expired (or this machine's clock is wrong)";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return certificate + " is not valid yet (or this machine's clock is wrong)";
        default:
            return fmt::format(
                "{} not trusted: {} (set twitch.ca_file to trust another authority than the "
                "system's)",
                certificate, X509_verify_cert_error_string(value));
    }
}

class CertificateCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "certificate"; }
    std::string message(int value) const override { return describe(value, "certificate"); }
};

}  // namespace

const boost::system::error_category& certificate_category() {
    static const CertificateCategory category;
    return category;
}

std::string describe_certificate_error(ErrorCode error, std::string_view host) {
    return describe(error.value(), fmt::format("certificate of {}", host));
}

ErrorCode make_timeout_error() {
    return make_error_code(boost::system::errc::timed_out);
}

}  // namespace conduitd
