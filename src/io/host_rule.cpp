#include "io/host_rule.hpp"

#include "base/error.hpp"
#include "io/asio.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace conduitd {
namespace {

bool is_same(std::string_view left, std::string_view right) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::ranges::equal(left, right, {}, lower, lower);
}

// An IPv6 address stands in brackets.
std::string_view without_port(std::string_view host) {
    const auto end = host.find(']');
    const bool has_brackets = host.starts_with('[') && end != std::string_view::npos;
    return has_brackets ? host.substr(1, end - 1) : host.substr(0, host.rfind(':'));
}

bool is_address(std::string_view host) {
    ErrorCode error;
    asio::ip::make_address(std::string(host), error);
    return !error;
}

}  // namespace

bool HostRule::allows(std::string_view host) const {
    if (host.empty()) return true;
    const auto name = without_port(host);
    return is_address(name) || is_same(name, "localhost") ||
           std::ranges::any_of(names_, [&](const std::string& allowed) {
               return allowed == "*" || is_same(name, allowed);
           });
}

}  // namespace conduitd
