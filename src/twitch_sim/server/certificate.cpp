#include "twitch_sim/server/certificate.hpp"

#include <boost/system/errc.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace twitch_sim {

namespace {

template <auto function>
struct FreeWith {
    template <class T>
    void operator()(T* object) const {
        function(object);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free>>;

constexpr long day_seconds = 24L * 60 * 60;
constexpr long x509_version_3 = 2;

bool add_extension(X509* certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// A random serial number keeps clients that remember certificates from confusing two runs.
bool set_serial_number(X509* certificate) {
    const NumberPtr number(BN_new());
    return number && BN_rand(number.get(), 127, BN_RAND_TOP_ONE, 0) == 1 &&
           BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_name(X509* certificate) {
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>("twitch-sim");
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

CertificatePtr make_signed(EVP_PKEY* key) {
    CertificatePtr certificate(X509_new());
    if (!certificate) return nullptr;
    X509* raw = certificate.get();
    const bool is_made =
        X509_set_version(raw, x509_version_3) == 1 && set_serial_number(raw) && set_name(raw) &&
        X509_gmtime_adj(X509_getm_notBefore(raw), -day_seconds) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(raw), 365 * day_seconds) != nullptr &&
        X509_set_pubkey(raw, key) == 1 &&
        add_extension(raw, NID_basic_constraints, "critical,CA:TRUE") &&
        add_extension(raw, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
        add_extension(raw, NID_ext_key_usage, "serverAuth") &&
        add_extension(raw, NID_subject_key_identifier, "hash") &&
        add_extension(raw, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
        X509_sign(raw, key, EVP_sha256()) > 0;
    return is_made ? std::move(certificate) : nullptr;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

conduitd::Result<Certificate> make_certificate() {
    const auto failure = conduitd::ErrorCode(boost::system::errc::not_enough_memory,
                                             boost::system::generic_category());
    const KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return failure;
    const CertificatePtr certificate = make_signed(key.get());
    if (!certificate) return failure;

    const BioPtr certificate_text(BIO_new(BIO_s_mem()));
    const BioPtr key_text(BIO_new(BIO_s_mem()));
    if (!certificate_text || !key_text ||
        PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
        PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) != 1) {
        return failure;
    }
    return Certificate{text_of(certificate_text.get()), text_of(key_text.get())};
}

}  // namespace twitch_sim
