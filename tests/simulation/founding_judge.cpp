#include "founding_judge.hpp"

#include "frame_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace simulation {
namespace {

constexpr std::string_view conduits_path = "/helix/eventsub/conduits";

std::string id_in_target(std::string_view target) {
    return std::string(target.substr(target.find("id=") + 3));
}

}  // namespace

std::uint32_t shard_count_in(std::string_view body) {
    constexpr std::string_view before = R"("shard_count":)";
    body.remove_prefix(std::min(body.size(), body.find(before) + before.size()));
    std::uint32_t count = 0;
    std::from_chars(body.data(), body.data() + body.size(), count);
    return count;
}

bool is_of_conduits(const conduitd::HttpRequest& request) {
    const std::string_view target = request.url.target;
    return target.substr(0, target.find('?')) == conduits_path;
}

void FoundingJudge::on_sent(ProcessId process, const conduitd::HttpRequest& request) {
    if (!is_of_conduits(request)) return;
    if (request.method == "POST" && uncertain_.contains(process)) {
        checker_.fail(fmt::format(
            "p{} creates a conduit though its creation before was not answered", process));
    }
    if (request.method == "PATCH") {
        const auto listed = listed_at_.find(process);
        const bool is_recent =
            listed != listed_at_.end() && queue_.now() - listed->second <= growth_age_max;
        if (!is_recent) {
            checker_.fail(
                fmt::format("p{} sends a number of shards without a fresh listing", process));
        }
        listed_at_.erase(process);
    }
}

void FoundingJudge::on_sent_without_session(ProcessId process,
                                            const conduitd::HttpRequest& request) {
    if (is_of_conduits(request) && request.method == "PATCH")
        checker_.fail(fmt::format("p{} makes shards without a session for them", process));
}

void FoundingJudge::on_effect(ProcessId process, const conduitd::HttpRequest& request) {
    if (!is_of_conduits(request)) return;
    if (request.method == "DELETE") judge_deletion(process, id_in_target(request.url.target));
    if (request.method == "PATCH") judge_growth(request);
}

void FoundingJudge::on_done(const conduitd::HttpRequest& request, std::string_view answer) {
    const bool is_made = answer.find(R"("id":")") != std::string_view::npos;
    if (is_of_conduits(request) && request.method == "POST" && is_made) ++creations_;
}

void FoundingJudge::on_told(ProcessId process, const conduitd::HttpRequest& request,
                            std::string_view answer) {
    if (!is_of_conduits(request)) return;
    if (request.method == "POST") {
        creators_[std::string(text_after(answer, R"("id":")"))] = process;
    }
    if (request.method == "GET") {
        listed_at_[process] = queue_.now();
        uncertain_.erase(process);
    }
}

void FoundingJudge::on_unanswered(ProcessId process, const conduitd::HttpRequest& request,
                                  bool has_effect) {
    if (!is_of_conduits(request) || request.method != "POST") return;
    uncertain_.insert(process);
    if (has_effect) is_tangled_ = true;
}

void FoundingJudge::judge_deletion(ProcessId process, const std::string& id) {
    const auto* const conduit = twitch_.world().conduits.find(id);
    if (conduit == nullptr) return;
    const auto creator = creators_.find(id);
    if (creator == creators_.end() || creator->second != process) {
        checker_.fail(fmt::format("p{} deletes a conduit that it has not created", process));
    }
    if (conduit->was_bound) {
        checker_.fail(fmt::format("p{} deletes a conduit that is in use", process));
    }
    const auto& all = twitch_.world().conduits.all();
    const auto smallest = std::ranges::min_element(all, {}, &twitch_sim::Conduit::id);
    if (smallest->id == id) {
        checker_.fail(fmt::format("p{} deletes the conduit with the smallest id", process));
    }
}

void FoundingJudge::judge_growth(const conduitd::HttpRequest& request) {
    const std::string id(text_after(request.body, R"("id":")"));
    const auto* const conduit = twitch_.world().conduits.find(id);
    if (conduit != nullptr && shard_count_in(request.body) < conduit->shard_count) {
        checker_.fail(fmt::format("a conduit shrinks from {} shards to {}", conduit->shard_count,
                                  shard_count_in(request.body)));
    }
}

}  // namespace simulation
