#include "conduitd/earlier_ids.hpp"

#include "io/clock.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

EarlierIds::EarlierIds(asio::io_context& context, DataPath& data, Log log)
    : data_(data), log_(log), timer_(context.get_executor()) {}

void EarlierIds::load(Take take, std::function<void()> start) {
    start_ = std::move(start);
    data_.load_ids(wall_now() - SpoolOptions().dedupe_window,
                   [this, take = std::move(take)](const std::vector<SpooledId>& ids) {
                       const auto now = monotonic_now();
                       const auto wall = wall_now();
                       for (const auto& id : ids) {
                           take(id.id, now - std::max(wall - id.received_at, Duration::zero()));
                       }
                       go_on();
                   });
    timer_.expires_after(patience);
    timer_.async_wait([this](const ErrorCode& error) {
        if (error) return;
        log_.warn("the ids of earlier messages are not read yet: a message may come twice");
        go_on();
    });
}

void EarlierIds::go_on() {
    timer_.cancel();
    if (const auto start = std::exchange(start_, nullptr)) start();
}

}  // namespace conduitd
