#pragma once

#include "conduitd/last_bound.hpp"

#include <optional>

namespace conduitd {

// What is written down last of a process that is told to stop: what it had at the order, and what
// became of that until its end.
class LastNote {
public:
    // `had` is empty where a session was being sought, or in doubt: then an earlier note is to
    // stay, unless another worker is given the shards. `parked` is what is written down in that
    // case; empty for a process that never had any.
    void on_order(std::optional<LastBound> had, std::optional<LastBound> parked);
    // Another worker has all of its shards, since `at`.
    void on_parked(WallTime at);
    // Another worker has what it had: `note` says so.
    void on_superseded(LastBound note) { note_ = std::move(note); }

    [[nodiscard]] const std::optional<LastBound>& note() const { return note_; }

private:
    std::optional<LastBound> note_;
    std::optional<LastBound> parked_;
};

}  // namespace conduitd
