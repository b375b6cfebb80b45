#include "drain/line_counter.hpp"

#include "message_id.hpp"

#include <cstring>

namespace bench {

void LineCounter::take(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto* const end =
            static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
        if (end == nullptr) {
            rest_ += bytes;
            return;
        }
        const auto part = bytes.substr(0, static_cast<std::size_t>(end - bytes.data()));
        if (rest_.empty()) {
            take_line(part);
        } else {
            take_line(rest_ += part);
            rest_.clear();
        }
        bytes.remove_prefix(part.size() + 1);
    }
}

void LineCounter::take_line(std::string_view line) {
    constexpr std::string_view mark = R"("message_id":")";
    const auto found = line.find(mark);
    const auto number =
        found == std::string_view::npos ? std::nullopt : read_id(line.substr(found + mark.size()));
    if (!number) {
        ++others_;
        return;
    }
    ++events_;
    if (*number < next_) {
        ++repeated_;
        return;
    }
    missed_ += *number - next_;
    next_ = *number + 1;
}

}  // namespace bench
