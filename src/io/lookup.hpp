#pragma once

#include "base/error.hpp"
#include "io/asio.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace conduitd {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

// Finds the addresses of a host, in the order the system prefers them (RFC 6724). An address given
// as text is taken as it is, and "localhost" is 127.0.0.1 and ::1.
//
// Every lookup has a short-lived thread of its own rather than Asio's resolver, for two reasons:
// that one asks one name after the other, so that a name server which hangs for one name stops all
// others; and it makes the end of the process wait for the answer. A lookup that is cancelled is
// left alone: its thread ends when the system's resolver gives up.
class Lookup {
public:
    using Done = std::function<void(ErrorCode, Endpoints)>;

    // `done` is called once, on the executor's thread, never from inside this call.
    // Errors: asio::error::host_not_found and its kin; resource_unavailable_try_again when
    // lookups_max threads already wait for answers.
    Lookup(Executor executor, std::string host, std::uint16_t port, Done done);

    // No call of `done` follows.
    ~Lookup();
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    static constexpr unsigned lookups_max = 32;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace conduitd
