#include "conduitctl/consumers_view.hpp"
#include "conduitctl/order.hpp"

#include <boost/json.hpp>

#include <future>
#include <utility>

namespace conduitctl {
namespace {

// A disk that is slow is waited for so long.
constexpr conduitd::Duration disk_time_max = std::chrono::seconds(10);

Outcome describe_error(conduitd::ErrorCode error) {
    return failed(error == boost::system::errc::timed_out
                      ? "it does not answer; while its disk stalls, it cannot"
                      : error.message());
}

Outcome list_of_one(const Worker& worker) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    auto answer = ask(worker.socket, "GET", "/consumers", disk_time_max);
    if (!answer) return describe_error(answer.error());
    if (answer->status != 200) return failed("refused: " + answer->error());
    return {true, describe_consumers(answer->body), std::move(answer->body)};
}

Outcome remove_from_one(const Worker& worker, const std::string& name) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    const auto answer = ask(worker.socket, "DELETE", "/consumers?name=" + name, disk_time_max);
    if (!answer) return describe_error(answer.error());
    if (answer->status != 200) return failed("refused: " + answer->error());
    return {true, "consumer " + name + " removed: what it has not acked is kept for others alone"};
}

template <typename Do>
std::vector<Outcome> do_for_each(const std::vector<Worker>& workers, const Do& what) {
    std::vector<std::future<Outcome>> answers;
    for (const auto& worker : workers) {
        answers.push_back(
            std::async(std::launch::async, [&worker, &what] { return what(worker); }));
    }
    std::vector<Outcome> outcomes;
    for (auto& answer : answers) outcomes.push_back(answer.get());
    return outcomes;
}

}  // namespace

std::vector<Outcome> list_consumers(const std::vector<Worker>& workers) {
    return do_for_each(workers, list_of_one);
}

std::vector<Outcome> remove_consumer(const std::vector<Worker>& workers, const std::string& name) {
    return do_for_each(workers,
                       [&name](const Worker& worker) { return remove_from_one(worker, name); });
}

}  // namespace conduitctl
