#include "io/lookup.hpp"

#include "io/thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <system_error>
#include <utility>

namespace conduitd {

// Shared by the owner's thread and the one that waits for the answer.
struct Lookup::State {
    State(Executor executor, Done callback) : work(executor), done(std::move(callback)) {}

    std::mutex mutex;
    // Reset by the owner that no longer wants the answer: the io_context may be gone then.
    std::optional<asio::executor_work_guard<Executor>> work;
    Done done;
};

namespace {

std::atomic<unsigned> lookups_under_way{0};

ErrorCode to_error(int code) {
    switch (code) {
        case 0:
            return {};
        case EAI_AGAIN:
            return asio::error::host_not_found_try_again;
        case EAI_NONAME:
        case EAI_NODATA:
        case EAI_ADDRFAMILY:
            return asio::error::host_not_found;
        case EAI_MEMORY:
            return make_error_code(boost::system::errc::not_enough_memory);
        case EAI_SYSTEM:
            return {errno, boost::system::system_category()};
        default:
            return asio::error::no_recovery;
    }
}

// The addresses that need nobody's answer. "localhost" is this machine whatever a name server says
// (RFC 6761, section 6.3); URLs with that name may do without TLS.
Endpoints known_endpoints(const std::string& host, std::uint16_t port) {
    using asio::ip::address_v4;
    using asio::ip::address_v6;
    if (host == "localhost")
        return {{address_v6::loopback(), port}, {address_v4::loopback(), port}};
    ErrorCode not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (not_an_address) return {};
    return {{address, port}};
}

ErrorCode ask_system(const std::string& host, std::uint16_t port, Endpoints& found) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (const auto error = to_error(getaddrinfo(host.c_str(), nullptr, &hints, &list))) {
        return error;
    }
    for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
        asio::ip::tcp::endpoint endpoint;
        endpoint.resize(entry->ai_addrlen);
        std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
        endpoint.port(port);
        found.push_back(endpoint);
    }
    freeaddrinfo(list);
    return found.empty() ? asio::error::make_error_code(asio::error::host_not_found) : ErrorCode();
}

}  // namespace

Lookup::Lookup(Executor executor, std::string host, std::uint16_t port, Done done)
    : state_(std::make_shared<State>(executor, std::move(done))) {
    // Runs on either thread; the answer is handed over on the owner's.
    const auto answer = [state = state_](ErrorCode error, Endpoints found) {
        const std::lock_guard lock(state->mutex);
        if (!state->work) return;
        asio::post(state->work->get_executor(), [state, error, found = std::move(found)]() mutable {
            state->work.reset();
            if (const auto callback = std::exchange(state->done, nullptr)) {
                callback(error, std::move(found));
            }
        });
    };

    if (auto known = known_endpoints(host, port); !known.empty()) {
        answer({}, std::move(known));
        return;
    }
    if (lookups_under_way.fetch_add(1) >= lookups_max) {
        --lookups_under_way;
        answer(make_error_code(boost::system::errc::resource_unavailable_try_again), {});
        return;
    }
    try {
        start_thread("lookup", [answer, host = std::move(host), port] {
            Endpoints found;
            const auto error = ask_system(host, port, found);
            answer(error, std::move(found));
            --lookups_under_way;
        }).detach();
    } catch (const std::system_error& failure) {
        --lookups_under_way;
        answer(failure.code(), {});
    }
}

Lookup::~Lookup() {
    Done unwanted;  // destroyed after the lock is given back: it may own more than we know
    const std::lock_guard lock(state_->mutex);
    state_->work.reset();
    unwanted = std::exchange(state_->done, nullptr);
}

}  // namespace conduitd
