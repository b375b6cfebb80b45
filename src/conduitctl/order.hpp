#pragma once

#include "base/time.hpp"
#include "conduitctl/worker.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace conduitctl {

// What became of an order to one worker.
struct Outcome {
    bool is_done = false;
    std::string text;                // what was done, or why not; for people
    boost::json::object facts = {};  // members of its own in the JSON document
};

[[nodiscard]] Outcome failed(std::string why);

// Asks again and again, some 20 times a second, until there is an outcome; `too_late` makes one
// when there is none within `timeout`.
[[nodiscard]] Outcome wait_for(conduitd::Duration timeout,
                               const std::function<std::optional<Outcome>()>& look,
                               const std::function<Outcome()>& too_late);

// The worker that answers at this socket now is another process than this one.
[[nodiscard]] bool is_another(const Status& status, const Worker& worker);

// Gives the worker a fresh session and waits until the old one has been read to its end. Of several
// workers one is rotated after the other.
[[nodiscard]] std::vector<Outcome> rotate(const std::vector<Worker>& workers,
                                          conduitd::Duration timeout);

// Has each worker's program started anew, to take over from it, and waits until that has the shards
// and the spool; one worker after the other.
[[nodiscard]] std::vector<Outcome> upgrade(const std::vector<Worker>& workers,
                                           conduitd::Duration timeout);

// Tells all of the workers to stop, each by a thread of its own, and waits until they are gone.
// Done are those that ended with 0: where something was not delivered, the outcome says so. Throws
// std::system_error when the system has no thread left.
[[nodiscard]] std::vector<Outcome> drain(const std::vector<Worker>& workers,
                                         conduitd::Duration timeout);

// The consumers of each worker, as a table and as facts, whether they are connected or not. Throws
// std::system_error when the system has no thread left, as below.
[[nodiscard]] std::vector<Outcome> list_consumers(const std::vector<Worker>& workers);

// Each worker forgets the consumer of this name, which must be one: [A-Za-z0-9._-]+. A worker that
// has none, or has it connected, refuses.
[[nodiscard]] std::vector<Outcome> remove_consumer(const std::vector<Worker>& workers,
                                                   const std::string& name);

}  // namespace conduitctl
