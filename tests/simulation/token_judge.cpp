#include "token_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace simulation {

TokenJudge::Record& TokenJudge::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void TokenJudge::on_asked(ProcessId process) {
    Record& record = record_of(process);
    record.is_replaced = true;
    const auto refused_at = std::exchange(record.refused_at, conduitd::never);
    if (refused_at == conduitd::never) return;
    const auto pause = queue_.now() - refused_at;
    if (!record.pauses.is_too_short(pause)) return;
    checker_.fail(
        fmt::format("p{} asks for a token {} ms after one was refused that never served, "
                    "and its pauses were too short before",
                    process, pause / std::chrono::milliseconds(1)));
}

void TokenJudge::on_granted(ProcessId process, std::string_view token) {
    Record& record = record_of(process);
    record.is_substitute = std::exchange(record.was_refused, false);
    record.token = token;
    record.has_served = record.is_replaced = false;
    record.refused_at = conduitd::never;
}

void TokenJudge::on_used(ProcessId process, Request request, std::string_view token,
                         unsigned status) {
    Record& record = record_of(process);
    if (token != record.token) return;
    if (status == 401) {
        record.was_refused = true;
        const bool is_first_use = !record.has_served && !record.is_replaced;
        if (is_first_use && record.is_substitute)
            record.refused_at = std::min(record.refused_at, queue_.now());
    } else if (request == Request::call && status < 500) {
        record.has_served = true;
        record.pauses.reset();
    }
}

}  // namespace simulation
