#include "sink/type_filter.hpp"

namespace conduitd {

bool TypeFilter::matches(std::string_view frame) {
    if (types_.empty()) return true;
    const auto message = parser_.parse(frame);
    if (!message || message->subscription_type.empty()) return true;
    return types_.contains(message->subscription_type);
}

}  // namespace conduitd
