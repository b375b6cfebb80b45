#pragma once

#include "twitch_sim/model/model.hpp"

#include <deque>
#include <string>

namespace twitch_sim {

// What became of scheduled orders: nobody waits for their answers.
class OrderLog {
public:
    struct Done {
        WallTime at;
        std::string order;    // "/sim/close"
        unsigned status;      // as the admin API would have answered
        std::string message;  // why it was refused; empty when it was carried out
    };

    void add(Done done) {
        if (done_.size() >= done_max) done_.pop_front();
        done_.push_back(std::move(done));
    }

    [[nodiscard]] const std::deque<Done>& done() const { return done_; }  // oldest first

private:
    static constexpr std::size_t done_max = 1'000;

    std::deque<Done> done_;
};

}  // namespace twitch_sim
