#pragma once

#include "conduitctl/exit_code.hpp"
#include "conduitctl/worker.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace conduitctl {

// Which workers are meant; at most one of the four is given.
struct Selector {
    std::string socket = {};
    std::optional<std::uint32_t> shard = {};
    std::optional<std::int64_t> pid = {};
    bool is_all = false;

    [[nodiscard]] bool is_given() const { return !socket.empty() || shard || pid || is_all; }
};

// Those meant, or why there are none.
struct Selection {
    std::vector<Worker> workers;
    std::optional<ExitCode> refusal;
    std::string complaint;  // for people, may have several lines
};

// For looking: all that the selector does not exclude, stale sockets too.
[[nodiscard]] Selection select_to_show(std::vector<Worker> found, const Selector& selector,
                                       const std::vector<std::string>& looked);

// For orders: living workers alone, and a single one unless the selector says `--all`. Of those of
// one shard the one that has it, if any.
[[nodiscard]] Selection select_to_order(std::vector<Worker> found, const Selector& selector,
                                        const std::vector<std::string>& looked);

}  // namespace conduitctl
