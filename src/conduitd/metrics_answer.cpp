#include "conduitd/metrics_answer.hpp"

#include "telemetry/metrics.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace conduitd {
namespace {

// Lives as long as the spool or the timer still has it. The client may leave before.
struct WaitForConsumers {
    WaitForConsumers(asio::io_context& context, std::function<DaemonStatus()> of,
                     std::weak_ptr<LateAnswer> waiting)
        : timer(context.get_executor()), status(std::move(of)), later(std::move(waiting)) {}

    void give(std::optional<std::vector<ConsumerStatus>> consumers) {
        timer.cancel();
        const auto answer = std::exchange(later, {}).lock();
        if (!answer) return;
        answer->give({.body = make_metrics_text({status(), std::move(consumers)}),
                      .content_type = metrics_content_type});
    }

    Timer timer;
    std::function<DaemonStatus()> status;
    std::weak_ptr<LateAnswer> later;
};

}  // namespace

std::shared_ptr<LateAnswer> answer_metrics(asio::io_context& context, SpoolConsumers& consumers,
                                           std::function<DaemonStatus()> status) {
    auto later = std::make_shared<LateAnswer>();
    const auto wait = std::make_shared<WaitForConsumers>(context, std::move(status), later);
    wait->timer.expires_after(consumers_time_max);
    wait->timer.async_wait([wait](const ErrorCode& error) {
        if (!error) wait->give(std::nullopt);
    });
    consumers.list([wait](const Result<std::vector<ConsumerStatus>>& known) {
        wait->give(known ? std::optional(*known) : std::nullopt);
    });
    return later;
}

}  // namespace conduitd
