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

// Of a version that tells what it holds, if anything.
inline Worker holding(const std::string& name, const std::string& shard, const char* holds) {
    auto worker = living(name, shard);
    auto document = worker.status.document();
    document["holds"] = holds == nullptr ? boost::json::value() : boost::json::value(holds);
    if (holds == nullptr) document["state"] = "standby";
    worker.status = Status(std::move(document));
    return worker;
}

inline Worker silent(const std::string& name) {
    return {"/s/control-" + name + ".sock", Reach::unreachable, "it does not answer", {}};
}

inline Worker stale(const std::string& name) {
    return {"/s/control-" + name + ".sock", Reach::stale, "stale", {}};
}

}  // namespace conduitctl::test
