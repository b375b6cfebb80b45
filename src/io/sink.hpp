#pragma once

#include "base/error.hpp"
#include "io/connected_consumer.hpp"
#include "io/descriptor.hpp"
#include "spool/spool.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

struct SinkEvents {
    // The sink has come to its end by itself, for good: its reader is gone, or cannot be written
    // to. Called once.
    std::function<void(ErrorCode)> failed;
    // A consumer has taken something: is_caught_up() may have changed.
    std::function<void()> progressed;
};

struct SinkEnd {
    // Ending::cut_off: a line may have been left half written.
    Spool::Ending ending = Spool::Ending::well;
    // A write hangs and was left to itself; what it holds counts as not taken. For people.
    std::string trouble{};
};

// Where another process goes on with stdout: what is to be written first, as it is, and the first
// record that has not been given to the reader in whole or in part by then.
struct StdoutResume {
    std::string rest;
    std::uint64_t position = 0;
};

// What another process of the same spool is given to go on with.
struct SinkHandover {
    SinkEnd end{};
    std::optional<StdoutResume> resume{};
    Descriptor listener{};  // or none
};

// Where lines leave the process: from the feed to consumers, and their acks back to the spool.
// Belongs to the io_context's thread.
class Sink {
public:
    virtual ~Sink() = default;

    // There may be more to write.
    virtual void wake() = 0;

    // A line to all that are connected, line break included, beside the records.
    virtual void tell(std::string_view line) = 0;

    // Every consumer that is connected has all that may be seen, for good.
    [[nodiscard]] virtual bool is_caught_up() const = 0;

    // Ends what is connected, at a line's end where that needs no wait, and brings the last cursors
    // to the spool. Nothing follows.
    [[nodiscard]] virtual SinkEnd end() = 0;
    // The same, for another process that goes on at once.
    [[nodiscard]] virtual SinkHandover hand_over() = 0;

    [[nodiscard]] virtual std::uint64_t lines_written() const = 0;

    [[nodiscard]] virtual std::vector<ConnectedConsumer> connected() const = 0;
};

}  // namespace conduitd
