#pragma once

#include "base/time.hpp"

#include <chrono>
#include <utility>

namespace conduitd {

struct MissingConduitOptions {
    // A conduit counts as gone once listings have lacked it for so long. It costs little to wait:
    // what it was subscribed to is gone with it, and is to be asked for anew in any case.
    Duration gone_after = std::chrono::seconds(20);
    Duration look_period = std::chrono::seconds(5);
};

// Whether the conduit that is served is gone. That is not said by one listing that lacks it, nor by
// a call for it that is answered with 404: who serves another one in its place leaves all that it
// is subscribed to. It is listed again, or a message comes: then it is there.
//
//               on_not_listed()               on_not_listed(), gone_after later
//      there ------------------> missing --------------------------------------> gone
//        ^                          |
//        +--------- on_proof() -----+
class MissingConduit {
public:
    explicit MissingConduit(MissingConduitOptions options) : options_(options) {}

    void on_not_listed(TimePoint now) {
        if (!is_missing()) since_ = now;
        latest_ = now;
    }

    // Answers whether it was missing.
    bool on_proof() {
        latest_ = never;
        return std::exchange(since_, never) != never;
    }

    [[nodiscard]] bool is_missing() const { return since_ != never; }
    [[nodiscard]] bool is_gone() const {
        return is_missing() && latest_ - since_ >= options_.gone_after;
    }

private:
    MissingConduitOptions options_;
    TimePoint since_ = never;  // the first listing that lacked it
    TimePoint latest_ = never;
};

}  // namespace conduitd
