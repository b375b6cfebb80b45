#pragma once

#include "sink/consumer_hub.hpp"
#include "sink/samples.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace conduitd {

// One with three places, and a connection to it.
class Hub : public testing::Test {
protected:
    static constexpr TimePoint start{std::chrono::hours(1)};
    static constexpr std::uint64_t next = 100;  // the records 1 to 99 are there
    static constexpr auto hello_bot = R"({"hello":{"consumer":"bot","ack":true}})";

    ConnectionKey connect(std::string_view line) {
        const auto key = hub.on_connect(start);
        hub.on_line(key, line, next);
        return key;
    }

    // The next action, which has to be one of this kind.
    template <class Wanted>
    Wanted take() {
        auto action = hub.next_action();
        if (!action || !std::holds_alternative<Wanted>(*action)) {
            throw std::runtime_error("another action than the one that was wanted");
        }
        return std::get<Wanted>(*action);
    }

    // Connects a consumer whose cursor is at 40.
    ConnectionKey attach(std::string_view line) {
        const auto key = connect(line);
        hub.on_attached(take<AttachConsumer>(), 40, next);
        return key;
    }

    void feed(ConnectionKey key, std::uint64_t to) {
        Consumer& consumer = *hub.find(key);
        while (consumer.position() <= to) {
            RecordView record;
            record.sequence = consumer.position();
            record.frame = R"({"metadata":{}})";
            consumer.take(record);
        }
    }

    [[nodiscard]] bool has_actions() { return hub.next_action().has_value(); }

    ConsumerHub hub{
        {.consumers_max = 3, .strangers_max = 2, .cursors_max = 8, .spool_uuid = "the-uuid"},
        origin};
};

}  // namespace conduitd
