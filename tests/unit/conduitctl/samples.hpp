#pragma once

#include "conduitctl/worker.hpp"

#include <boost/json.hpp>

#include <string>

namespace conduitctl::test {

inline Status parsed(const char* text) {
    return Status(boost::json::parse(text).as_object());
}

inline Worker living(const std::string& name, const std::string& shard) {
    Status status(boost::json::object{{"name", name}, {"shard_id", shard}, {"state", "holding"}});
    return {"/s/control-" + name + ".sock", Reach::answers, {}, std::move(status)};
}

inline Worker silent(const std::string& name) {
    return {"/s/control-" + name + ".sock", Reach::unreachable, "it does not answer", {}};
}

inline Worker stale(const std::string& name) {
    return {"/s/control-" + name + ".sock", Reach::stale, "stale", {}};
}

}  // namespace conduitctl::test
