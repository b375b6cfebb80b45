#pragma once

#include "io/asio.hpp"
#include "io/feed.hpp"
#include "sink/consumer.hpp"
#include "spool/read_position.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

namespace conduitd {

// Brings the records of a feed to one consumer: from memory while it keeps up, from the disk when
// it has fallen behind, and from one to the other without repeat or hole. A live tail is never
// behind: what memory does not have any more, it does not get.
class FeedReader {
public:
    // So much is read from the disk at a time. While the consumer takes it, the next is read.
    static constexpr std::size_t read_bytes = 256 * 1024;
    static constexpr std::size_t readings_max = 2;
    // Between attempts to read what cannot be read.
    static constexpr std::chrono::seconds retry_interval{1};
    // A place on the disk that nobody reads on from for so long is let go: its file may have been
    // removed, and holds its space until then.
    static constexpr std::chrono::seconds idle_max{10};

    // `more` is called, on the io_context's thread, when fill() can go on after it had to wait for
    // the disk. `feed` outlives the reader.
    FeedReader(asio::io_context& context, Feed& feed, std::function<void()> more);
    ~FeedReader();
    FeedReader(const FeedReader&) = delete;
    FeedReader& operator=(const FeedReader&) = delete;

    // Gives the consumer, the same at every call, what there is from its position on, as long as it
    // has room.
    void fill(Consumer& consumer);

private:
    struct Reading {
        SpoolReading found;
        std::uint64_t next = 0;  // what comes behind it
    };

    void give(Consumer& consumer, Reading& reading);
    void read_from(std::uint64_t position);
    void read_ahead();
    void on_read(SpoolReading found);
    void wait_to_retry();
    void wait_until_idle();
    void let_go_of_place();

    Feed& feed_;
    std::function<void()> more_;
    Timer timer_;
    std::shared_ptr<ReadPosition> place_;  // where the next read goes on; null while one runs
    bool is_reading_ = false;              // or waiting to try again
    std::deque<Reading> readings_;         // not given yet as a whole
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conduitd
