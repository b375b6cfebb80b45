#pragma once

#include "base/shard_set.hpp"
#include "helix/http.hpp"

#include <string>
#include <string_view>

// What is read of calls and their answers as they stand on the wire: the checker does not rely on
// the parser under test, and there are too many of them for another one.
namespace simulation {

// The id in `"shards":[{"id":"3",…`.
[[nodiscard]] std::string_view shard_in(std::string_view body);

[[nodiscard]] bool has_several(std::string_view claim);

// Takes all entries but the first out of a claim.
void keep_first(std::string& claim);

// "Bearer", or "OAuth", and the token.
[[nodiscard]] std::string token_of(const conduitd::HttpRequest& request);

// Does the answer to a claim say that the shard was bound?
[[nodiscard]] bool is_binding(std::string_view body);

[[nodiscard]] bool has_points_left(const conduitd::HttpResponse& answer);

// Fewer than half of them (worker/worker_survey.cpp).
[[nodiscard]] bool has_few_points(const conduitd::HttpResponse& answer);

// Does this page of the listing have the shard at the session? Of several the highest comes last.
[[nodiscard]] bool lists(std::string_view body, unsigned shard, std::string_view session_id);

// The session that has the shard, enabled, by this page of the listing; empty for none.
[[nodiscard]] std::string_view session_in(std::string_view body, unsigned shard);

[[nodiscard]] bool lists_as_dead(std::string_view body, const conduitd::ShardSet& shards);

}  // namespace simulation
