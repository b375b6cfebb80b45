#pragma once

#include <map>
#include <string>
#include <vector>

namespace conduitd {

// What a hook gets of our environment, as "NAME=value": what says where it is and how to reach a
// service manager, Docker or Kubernetes. It is a list of what passes, not of what does not, since
// secrets come in variables of any name. A command that needs more sets it itself.
[[nodiscard]] std::vector<std::string> hook_environment(
    const std::map<std::string, std::string>& ours);

}  // namespace conduitd
