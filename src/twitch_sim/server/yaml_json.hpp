#pragma once

#include <boost/json.hpp>

namespace YAML {  // NOLINT(readability-identifier-naming): its own
class Node;
}

namespace twitch_sim {

// The same value in JSON. A plain scalar is a number, a truth value or nothing where it looks like
// one, as YAML's core schema has it; a quoted one is a text. Deeper than 16 levels: null.
[[nodiscard]] boost::json::value to_json(const YAML::Node& node);

}  // namespace twitch_sim
