#include "conduitd/consumer_answers.hpp"

#include "base/json.hpp"
#include "conduitd/consumers_document.hpp"
#include "spool/error.hpp"

namespace conduitd {
namespace {

// 503 is for whoever may try again: the disk hangs, or refuses.
ServedAnswer explain(ErrorCode error) {
    if (error == SpoolError::unknown_consumer) return refuse(404, error.message());
    if (error == SpoolError::consumer_is_connected) return refuse(409, error.message());
    const bool is_hanging = error == boost::system::errc::timed_out;
    return refuse(503, is_hanging ? "the disk does not answer" : error.message());
}

ServedAnswer confirm_removal(const std::string& name) {
    ServedAnswer answer{200, R"({"removed":)", {}};
    append_json_string(answer.body, name);
    answer.body += '}';
    return answer;
}

// Clients may leave before their answer is there.
void give(const std::weak_ptr<LateAnswer>& later, ServedAnswer answer) {
    if (const auto waiting = later.lock()) waiting->give(std::move(answer));
}

}  // namespace

std::shared_ptr<LateAnswer> list_consumers(SpoolConsumers& consumers, const Sink& sink) {
    auto later = std::make_shared<LateAnswer>();
    consumers.list([&sink, weak = std::weak_ptr(later)](const auto& known) {
        give(weak, known ? ServedAnswer{200, make_consumers_document(*known, sink.connected()), {}}
                         : explain(known.error()));
    });
    return later;
}

std::shared_ptr<LateAnswer> remove_consumer(SpoolConsumers& consumers, const std::string& name) {
    auto later = std::make_shared<LateAnswer>();
    consumers.remove(name, [name, weak = std::weak_ptr(later)](ErrorCode error) {
        give(weak, error ? explain(error) : confirm_removal(name));
    });
    return later;
}

}  // namespace conduitd
