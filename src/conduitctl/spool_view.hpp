#pragma once

#include "spool/inspection.hpp"

#include <boost/json/object.hpp>

#include <string>

// How conduitctl shows the files of a spool.
namespace conduitctl {

[[nodiscard]] std::string describe_spool(const conduitd::Inspection& inspection);
[[nodiscard]] boost::json::object make_spool_json(const conduitd::Inspection& inspection);

// What is wrong, a line each; empty when nothing is.
[[nodiscard]] std::string describe_damage(const conduitd::Inspection& inspection);

// One line, with its line break: text, or an object whose `frame` has the bytes that came.
[[nodiscard]] std::string describe_record(const conduitd::RecordView& record);
[[nodiscard]] std::string make_record_json(const conduitd::RecordView& record);

}  // namespace conduitctl
