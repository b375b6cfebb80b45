#include "io/dial.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace conduitd {

Endpoints interleave_families(const Endpoints& endpoints) {
    if (endpoints.empty()) return {};
    const auto first_family = endpoints.front().protocol();
    Endpoints first;
    Endpoints second;
    for (const auto& endpoint : endpoints) {
        (endpoint.protocol() == first_family ? first : second).push_back(endpoint);
    }

    Endpoints out;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) out.push_back(first[i]);
        if (i < second.size()) out.push_back(second[i]);
    }
    return out;
}

Dial::Dial(Executor executor, Done done)
    : executor_(executor), done_(std::move(done)), next_attempt_(executor) {}

std::shared_ptr<Dial> Dial::start(Executor executor, const std::string& host, std::uint16_t port,
                                  Done done) {
    std::shared_ptr<Dial> dial(new Dial(executor, std::move(done)));
    dial->lookup_.emplace(executor, host, port, [dial](ErrorCode error, const Endpoints& found) {
        if (!dial->done_) return;
        if (error) return dial->finish(error, TcpSocket(dial->executor_));
        dial->begin(found);
    });
    return dial;
}

std::shared_ptr<Dial> Dial::race(Executor executor, const Endpoints& endpoints, Done done) {
    std::shared_ptr<Dial> dial(new Dial(executor, std::move(done)));
    dial->begin(endpoints);
    return dial;
}

void Dial::begin(const Endpoints& endpoints) {
    endpoints_ = interleave_families(endpoints);
    attempts_.reserve(endpoints_.size());
    try_next();
}

void Dial::try_next() {
    const auto index = attempts_.size();
    if (index == endpoints_.size()) return;
    // The completion is never called from inside async_connect(): a refusal comes by the loop.
    attempts_.emplace_back(executor_).async_connect(
        endpoints_[index],
        [self = shared_from_this(), index](ErrorCode error) { self->on_attempt(index, error); });
    next_attempt_.expires_after(attempt_delay);
    next_attempt_.async_wait([self = shared_from_this()](ErrorCode error) {
        if (!error && self->done_) self->try_next();
    });
}

void Dial::on_attempt(std::size_t index, ErrorCode error) {
    if (!done_) return;
    if (!error) return finish({}, std::move(attempts_[index]));
    if (++failed_ == endpoints_.size()) return finish(error, TcpSocket(executor_));
    // Earlier attempts may still be under way; the failure of one does not wait for them.
    try_next();
}

void Dial::finish(ErrorCode error, TcpSocket winner) {
    const auto done = std::exchange(done_, nullptr);
    stop();
    done(error, std::move(winner));
}

void Dial::cancel() {
    done_ = nullptr;
    stop();
}

void Dial::stop() {
    lookup_.reset();
    next_attempt_.cancel();
    for (auto& attempt : attempts_) {
        ErrorCode ignored;
        attempt.close(ignored);
    }
}

}  // namespace conduitd
