#include "http_network.hpp"

#include "call_text.hpp"
#include "frame_text.hpp"
#include "twitch_sim/model/world.hpp"
#include "worker_process.hpp"

#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace simulation {
namespace {

using conduitd::HttpResponse;
using twitch_sim::HttpAnswer;

// A call that is too late arrives so long after its caller has given up, at most.
constexpr Duration late_by_max = std::chrono::milliseconds(2500);

constexpr std::string_view grants = "/oauth2/token";

HttpResponse to_response(HttpAnswer answer) {
    HttpResponse response{.status = answer.status, .headers = {}, .body = std::move(answer.body)};
    response.headers.reserve(answer.headers.size());
    for (auto& [name, value] : answer.headers) {
        response.headers.push_back({std::move(name), std::move(value)});
    }
    return response;
}

// What the trace shows of it.
std::string_view start_of(std::string_view target) {
    return target.substr(0, 40);
}

}  // namespace

struct HttpNetwork::Exchange {
    Exchange(ProcessId process_id, conduitd::SendRequest& send)
        : process(process_id), id(send.id), request(std::move(send.request)) {
        const auto is_about = [this](std::string_view part) {
            return request.url.target.find(part) != std::string::npos;
        };
        is_claim = request.method == "PATCH";
        is_look = !is_claim && is_about("/conduits/shards");
        is_listing = request.method == "GET" && is_about("/eventsub/conduits");
        token = token_of(request);
    }

    ProcessId process;
    conduitd::RequestId id;
    conduitd::HttpRequest request;
    bool is_claim = false;
    bool is_look = false;
    bool is_listing = false;
    bool is_finished = false;
    bool is_wrong = false;
    bool is_disturbed = false;
    bool is_taken_in_part = false;  // a claim: some of its shards
    TimePoint sent_at{};
    std::string token{};  // that it is sent with; empty: none

    [[nodiscard]] std::string_view session_id() const {
        return text_after(request.body, R"("session_id":")");
    }
};

TimePoint HttpNetwork::disturbed_at(ProcessId process) const {
    const auto found = disturbed_at_.find(process);
    return found == disturbed_at_.end() ? TimePoint::min() : found->second;
}

TimePoint HttpNetwork::few_points_at(ProcessId process) const {
    const auto found = few_points_at_.find(process);
    return found == few_points_at_.end() ? TimePoint::min() : found->second;
}

TimePoint HttpNetwork::claimed_at(ProcessId process) const {
    const auto found = claimed_at_.find(process);
    return found == claimed_at_.end() ? TimePoint::min() : found->second;
}

TimePoint HttpNetwork::looked_at(ProcessId process) const {
    const auto found = looked_at_.find(process);
    return found == looked_at_.end() ? TimePoint::min() : found->second;
}

// A handshake and the message itself.
Duration HttpNetwork::one_way() {
    return 2 * dice_.spread(std::chrono::microseconds(200), delay_max_ / 2);
}

void HttpNetwork::send(ProcessId process, conduitd::SendRequest& send) {
    const auto exchange = std::make_shared<Exchange>(process, send);
    const auto timeout = exchange->request.timeout;
    const auto trouble = faults_.draw(exchange->request.url.target, exchange->is_look);
    parts_.trace.add("network", "p{} calls {} {}{}{}", process, exchange->request.method,
                     start_of(exchange->request.url.target), trouble ? ": " : "",
                     trouble ? name_of(*trouble) : "");
    exchange->is_disturbed = trouble.has_value();
    exchange->sent_at = parts_.queue.now();
    exchange->is_wrong = trouble && *trouble <= HelixTrouble::elsewhere;
    if (exchange->request.url.target.starts_with(grants)) parts_.token_judge.on_asked(process);
    if (exchange->is_claim) on_claim_sent(*exchange);
    if (exchange->is_look) looked_at_[process] = parts_.queue.now();
    if (exchange->is_listing) {
        const auto state = parts_.find_process(process)->state();
        parts_.claim_judge.on_listing_asked(process, state == conduitd::WorkerState::standby);
    }
    if (call_handlers_.on_sent) call_handlers_.on_sent(process, exchange->request);

    parts_.queue.after(timeout, [this, exchange] {
        finish(exchange, make_error_code(boost::system::errc::timed_out));
    });
    auto there = one_way();
    if (trouble == HelixTrouble::late) {
        there = timeout + dice_.between(-timeout / 4, late_by_max);
    } else if (trouble == HelixTrouble::slow) {
        there += dice_.between(Duration::zero(), timeout * 9 / 10);
    }
    parts_.queue.after(there, [this, exchange, trouble] {
        const auto refusal = faults_.refusal(exchange->request.url.target);
        // Entries are refused one by one: the first may have been taken.
        const bool is_in_part = trouble == HelixTrouble::entries_refused && !refusal &&
                                has_several(exchange->request.body) && dice_.chance(50);
        exchange->is_taken_in_part = is_in_part;
        if (is_in_part) keep_first(exchange->request.body);
        const bool has_effect =
            !refusal && (!trouble || *trouble >= HelixTrouble::late || is_in_part);
        auto answer = has_effect ? call_twitch(*exchange) : HttpAnswer{};
        if (refusal) answer = make_error_answer(*refusal);
        if (trouble && has_effect && exchange->is_claim) {
            parts_.conduct.on_unanswered_effect(exchange->process);
        }
        if (!is_in_part && (exchange->is_wrong || trouble == HelixTrouble::error_after_effect)) {
            answer = HelixFaults::answer(*trouble, exchange->request.body, dice_);
        }
        const bool is_lost = trouble == HelixTrouble::lost_before ||
                             trouble == HelixTrouble::lost_after ||
                             answer.delivery == HttpAnswer::Delivery::drop_connection;
        parts_.queue.after(answer.delay + one_way(), [this, exchange, is_lost,
                                                      answer = std::move(answer)]() mutable {
            if (is_lost) {
                finish(exchange, make_error_code(boost::system::errc::connection_reset));
            } else {
                finish(exchange, to_response(std::move(answer)));
            }
        });
    });
}

// By the server's clock, as on every answer of the real service. By hand: there are so many.
std::string HttpNetwork::http_date() const {
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto now = parts_.twitch.world().clock.wall(parts_.queue.now());
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const unsigned month(std::chrono::year_month_day(day).month());
    const auto text = conduitd::format_rfc3339(now);
    std::string date = "Day, dd Mon yyyy hh:mm:ss GMT";
    std::memcpy(date.data(), days.data() + std::chrono::weekday(day).c_encoding() * 3, 3);
    std::memcpy(date.data() + 5, text.data() + 8, 2);
    std::memcpy(date.data() + 8, months.data() + (month - 1) * 3, 3);
    std::memcpy(date.data() + 12, text.data(), 4);
    std::memcpy(date.data() + 17, text.data() + 11, 8);
    return date;
}

// Nobody else reads the headers.
HttpAnswer HttpNetwork::call_twitch(Exchange& exchange) {
    twitch_sim::HttpCall call{
        exchange.request.method, exchange.request.url.target, {}, exchange.request.body};
    call.headers.reserve(exchange.request.headers.size());
    for (auto& header : exchange.request.headers) {
        call.headers.emplace_back(std::move(header.name), std::move(header.value));
    }
    if (call_handlers_.before_effect) {
        call_handlers_.before_effect(exchange.process, exchange.request);
    }
    auto answer = parts_.twitch.tell(
        [&](twitch_sim::Model& model, TimePoint now) { return model.on_http(call, now); });
    if (call.method == "GET") answer.headers.emplace_back("Date", http_date());
    const bool is_helix = call.target.starts_with("/helix/");  // else there are secrets in it
    parts_.trace.add("twitch", "{} {} of p{} {} -> {} {}", call.method, start_of(call.target),
                     exchange.process, is_helix ? std::string_view(call.body) : "", answer.status,
                     is_helix ? std::string_view(answer.body) : "");
    if (call_handlers_.on_effect) {
        call_handlers_.on_effect(exchange.process, exchange.request, answer.body);
    }
    if (call.method == "PATCH" && is_binding(answer.body)) {
        claim_handlers_.on_effect(exchange.process);
    }
    return answer;
}

void HttpNetwork::note_token(const Exchange& exchange,
                             const conduitd::Result<HttpResponse>& answer) {
    if (!answer) return;
    const std::string_view target = exchange.request.url.target;
    using Token = Promptness::Token;
    const bool is_refused = answer->status == 401;
    if (target.starts_with(grants)) {
        const auto token = text_after(answer->body, R"("access_token":")");
        if (!token.empty()) parts_.token_judge.on_granted(exchange.process, token);
        if (!token.empty())
            parts_.promptness.on_token(exchange.process, Token::unknown, exchange.sent_at);
        if (is_refused || answer->status == 403)
            parts_.promptness.on_token(exchange.process, Token::none_to_be_had, exchange.sent_at);
        return;
    }
    if (is_refused) {
        parts_.promptness.on_token(exchange.process, Token::refused, exchange.sent_at);
    } else if (answer->is_success()) {
        parts_.promptness.on_token(exchange.process, Token::served, exchange.sent_at);
    }
    using Request = TokenJudge::Request;
    const auto request = target.starts_with("/oauth2/") ? Request::validation : Request::call;
    parts_.token_judge.on_used(exchange.process, request, exchange.token, answer->status);
}

void HttpNetwork::on_claim_sent(const Exchange& exchange) {
    if (claim_handlers_.on_sent) claim_handlers_.on_sent(exchange.process, exchange.request.body);
    parts_.false_gaps.on_claim_sent(exchange.process, parts_.queue.now());
    parts_.conduct.on_claim_sent(exchange.process, exchange.session_id());
    parts_.claim_judge.on_claim_sent(exchange.process, exchange.session_id());
}

// Does the answer to a claim say that it has had no effect?
bool HttpNetwork::is_refused(const Exchange& exchange,
                             const conduitd::Result<HttpResponse>& answer) {
    if (!answer) return false;
    if (answer->status == 202 && !exchange.is_taken_in_part) {
        return exchange.is_wrong || !is_binding(answer->body);
    }
    return answer->status >= 400 && answer->status < 500 && answer->status != 408;
}

// One that is suspended reads first what has come on its sessions, their ends included.
void HttpNetwork::on_claim_read(const Exchange& exchange,
                                const conduitd::Result<HttpResponse>& answer) {
    const bool is_clean = !exchange.is_disturbed && answer && is_binding(answer->body);
    const WorkerProcess* const process = parts_.find_process(exchange.process);
    parts_.false_gaps.on_claim_over(
        exchange.process,
        {exchange.sent_at, is_clean, is_refused(exchange, answer), process->was_told_to_stop()},
        parts_.queue.now());
}

void HttpNetwork::on_claim_over(const Exchange& exchange,
                                const conduitd::Result<HttpResponse>& answer) {
    const bool is_accepted =
        answer && !exchange.is_wrong && answer->status == 202 && is_binding(answer->body);
    parts_.claim_judge.on_claim_over(
        exchange.process, exchange.session_id(),
        {.status = answer ? std::optional(answer->status) : std::nullopt,
         .is_accepted = is_accepted,
         .is_in_part = exchange.is_taken_in_part,
         .has_points_left = answer && has_points_left(*answer)});
    if (answer && answer->status == 202) {
        ++claims_answered_[exchange.process];
        claimed_at_[exchange.process] = parts_.queue.now();
    }
    if (!is_accepted) return;
    if (parts_.promptness.on_claim_accepted(exchange.process, exchange.session_id())) {
        parts_.conduct.on_claim_accepted(exchange.process, exchange.session_id(), exchange.sent_at);
    }
    claim_handlers_.on_answer(exchange.process);
}

void HttpNetwork::finish(const std::shared_ptr<Exchange>& exchange,
                         conduitd::Result<HttpResponse> answer) {
    if (std::exchange(exchange->is_finished, true)) return;
    WorkerProcess* const process = parts_.find_process(exchange->process);
    if (process == nullptr) return;
    if (exchange->is_disturbed || !answer || !answer->is_success()) {
        disturbed_at_[exchange->process] = parts_.queue.now();
    }
    note_token(*exchange, answer);
    if (exchange->is_listing) {
        parts_.claim_judge.on_listing_told(exchange->process,
                                           answer && answer->is_success() && !exchange->is_wrong);
    }
    if (exchange->is_look && answer && !exchange->is_wrong && !process->shards().empty()) {
        const auto holder = session_in(answer->body, process->shards().lowest());
        if (!holder.empty() && !parts_.claim_judge.is_own(exchange->process, holder))
            parts_.claim_judge.on_shard_elsewhere(exchange->process);
    }
    if (answer && has_few_points(*answer)) few_points_at_[exchange->process] = parts_.queue.now();
    if (exchange->is_claim) on_claim_over(*exchange, answer);
    if (exchange->is_look && answer && lists_as_dead(answer->body, process->shards())) {
        parts_.false_gaps.on_doubt(exchange->process);
    }
    if (exchange->is_look && parts_.false_gaps.waits_for_read_back(exchange->process) &&
        !exchange->is_disturbed && answer && !process->shards().empty() &&
        lists(answer->body, process->shards().highest(), process->status().session_id)) {
        parts_.false_gaps.on_read_back(exchange->process, exchange->sent_at, parts_.queue.now());
    }
    if (answer && answer->status == 429) parts_.promptness.on_kept_off(exchange->process);
    const bool is_refused = answer && (answer->status == 401 || answer->status == 403);
    if (is_refused) refused_.insert(exchange->process);
    const bool is_of_token = exchange->request.url.target.starts_with("/oauth2/");
    if (is_refused || (is_of_token && (!answer || !answer->is_success()))) {
        parts_.claim_judge.on_token_trouble(exchange->process);
        parts_.conduct.on_token_trouble(exchange->process, ClaimJudge::token_trouble_lasts);
    }
    if (call_handlers_.on_told && answer && answer->is_success() && !exchange->is_wrong) {
        call_handlers_.on_told(exchange->process, exchange->request, answer->body);
    }
    process->receive([this, process, exchange, answer = std::move(answer)]() mutable {
        if (exchange->is_claim) on_claim_read(*exchange, answer);
        process->on_answer(exchange->id, std::move(answer));
    });
}

}  // namespace simulation
