#include "twitch_sim/server/http_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace twitch_sim {

namespace http = boost::beast::http;

struct HttpReader::Parser {
    Parser() {
        request.eager(true);
        request.header_limit(header_bytes_max);
        request.body_limit(body_bytes_max);
    }

    http::request_parser<http::string_body> request;
};

namespace {

unsigned status_for(const boost::system::error_code& error) {
    if (error == http::error::body_limit) return 413;
    if (error == http::error::header_limit) return 431;
    return 400;
}

}  // namespace

HttpReader::HttpReader() : parser_(std::make_unique<Parser>()) {}
HttpReader::~HttpReader() = default;

HttpReader::Progress HttpReader::read(std::string& bytes) {
    auto& request = parser_->request;
    std::size_t used = 0;
    boost::system::error_code error;
    while (!error && used < bytes.size() && !request.is_done()) {
        used += request.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    }
    bytes.erase(0, used);
    if (error && error != http::error::need_more) {
        refusal_status_ = status_for(error);
        return Progress::refused;
    }
    if (request.is_done()) return Progress::complete;
    if (request.is_header_done() && !is_continue_answered_ &&
        boost::beast::iequals(request.get()[http::field::expect], "100-continue")) {
        is_continue_answered_ = true;
        return Progress::awaiting_continue;
    }
    return Progress::incomplete;
}

HttpRequest HttpReader::take() {
    auto message = parser_->request.release();
    parser_ = std::make_unique<Parser>();
    is_continue_answered_ = false;

    HttpRequest request;
    request.keep_alive = message.keep_alive();
    request.call.method = std::string(message.method_string());
    request.call.target = std::string(message.target());
    for (const auto& field : message) {
        request.call.headers.emplace_back(std::string(field.name_string()),
                                          std::string(field.value()));
    }
    request.call.body = std::move(message.body());
    return request;
}

}  // namespace twitch_sim
