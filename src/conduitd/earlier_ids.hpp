#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "conduitd/data_path.hpp"
#include "io/asio.hpp"

#include <functional>

namespace conduitd {

// The ids of messages that the processes before received: the worker starts with them, or without
// them when the disk is slow, for it is the network that does not wait.
class EarlierIds {
public:
    // The references outlive this object.
    EarlierIds(asio::io_context& context, DataPath& data, Log log);

    // Each of them, with the time at which it came; possibly after `start`.
    using Take = std::function<void(const IdDigest& id, TimePoint received_at)>;
    // `start` is called once.
    void load(Take take, std::function<void()> start);

private:
    static constexpr std::chrono::seconds patience{2};

    void go_on();

    DataPath& data_;
    Log log_;
    Timer timer_;
    std::function<void()> start_;  // empty once called
};

}  // namespace conduitd
