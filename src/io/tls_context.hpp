#pragma once

#include "io/tls.hpp"

#include <boost/asio/ssl/context.hpp>

#include <utility>

namespace conduitd {

// What a TlsClient is inside io/: there is no other kind.
class TlsContext final : public TlsClient {
public:
    explicit TlsContext(boost::asio::ssl::context&& settings) : context(std::move(settings)) {}

    boost::asio::ssl::context context;
};

}  // namespace conduitd
