// Plays Twitch to one client on loopback, and sends it events faster than any client reads, or at a
// fixed rate. Says in JSON lines on stdout where it listens, when a session is there and when it is
// bound; begins with the events when it reads a line on stdin; says what it sent and what that cost
// it; ends with stdin.

#include "load_generator/http_answers.hpp"
#include "load_generator/server.hpp"
#include "twitch_sim/server/certificate.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <openssl/pem.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace {

using namespace bench;

template <class Object, class Read>
Object* parse_pem(const std::string& pem, Read read) {
    BIO* const text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    Object* const object = read(text, nullptr, nullptr, nullptr);
    BIO_free(text);
    return object;
}

// Null when OpenSSL or the file refuses. The certificate is its own authority.
TlsContext make_context(const std::string& certificate_file) {
    const auto made = twitch_sim::make_certificate();
    if (!made) return nullptr;
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    X509* const certificate = parse_pem<X509>(made->certificate, PEM_read_bio_X509);
    EVP_PKEY* const key = parse_pem<EVP_PKEY>(made->private_key, PEM_read_bio_PrivateKey);
    const bool is_taken = SSL_CTX_use_certificate(context.get(), certificate) == 1 &&
                          SSL_CTX_use_PrivateKey(context.get(), key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    std::ofstream file(certificate_file);
    file << made->certificate << std::flush;
    return is_taken && file ? std::move(context) : nullptr;
}

[[noreturn]] void fail(const std::string& reason) {
    std::cerr << "load_generator: " << reason << '\n';
    std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    LoadPlan plan;
    std::size_t frame_bytes = 1400;
    std::string certificate_file;
    CLI::App app("Plays Twitch to one client and sends it events");
    app.add_option("--frame-bytes", frame_bytes, "of the text of each event");
    app.add_option("--record-bytes", plan.record_bytes, "of text in a TLS record, at most")
        ->check(CLI::Range(512, 16384));
    app.add_option("--events", plan.events, "sent for each line on stdin");
    app.add_option("--rate", plan.rate, "events per second; 0: as fast as they are read");
    app.add_option("--certificate-file", certificate_file,
                   "where the certificate is written; without it there is no TLS");
    CLI11_PARSE(app, argc, argv);

    const auto frame = make_event_frame(frame_bytes);
    if (!frame) fail("no event is as small as that");
    const auto context = certificate_file.empty() ? nullptr : make_context(certificate_file);
    if (!certificate_file.empty() && !context) fail("no certificate can be made");

    Control control;
    Server server(context.get(), *frame, plan, control);
    const auto port = server.listen();
    if (port == 0) fail("no port can be had");
    const std::string_view tls = context ? "s" : "";
    control.report(
        fmt::format(R"({{"port":{0},"client_id":"{2}","id_url":"http{1}://127.0.0.1:{0}",)"
                    R"("helix_url":"http{1}://127.0.0.1:{0}/helix",)"
                    R"("eventsub_url":"ws{1}://127.0.0.1:{0}/ws"}})",
                    port, tls, client_id));
    std::thread([&server] { server.run(); }).detach();

    for (std::string line; std::getline(std::cin, line);) control.order_start();
    std::fflush(stdout);
    std::_Exit(0);  // the threads have nothing to finish
}
