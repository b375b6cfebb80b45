#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace conduitd {

// Which conduit `auto` has found, by client id, kept in the state folder: the next process serves
// the same, though there are several by then. Only what `auto` has found is written: a conduit.id
// that was set for a while is not to come back when it is taken out again.
class ConduitMemory {
public:
    explicit ConduitMemory(const std::string& state_dir) : path_(state_dir + "/conduit.json") {}

    [[nodiscard]] const std::string& path() const { return path_; }

    // Empty when there is none, or none that can be read.
    [[nodiscard]] std::map<std::string, std::string> load() const;

    // Mode 0600. May be called on any thread.
    [[nodiscard]] ErrorCode store(const std::string& client_id,
                                  const std::string& conduit_id) const;

private:
    // More client ids than one host serves; beyond, all but the latest are forgotten.
    static constexpr std::size_t client_ids_max = 1000;

    std::string path_;
};

}  // namespace conduitd
