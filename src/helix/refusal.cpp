#include "helix/refusal.hpp"

#include "helix/api.hpp"

namespace conduitd {

bool is_refusal(const Result<HttpResponse>& answer) {
    // 400 "invalid client" and 403 "invalid client secret" have been observed; 401 is what OAuth
    // 2.0 (RFC 6749, section 5.2) has for it.
    return answer && (answer->status == 400 || answer->status == 401 || answer->status == 403);
}

std::string describe_refusal(const HttpResponse& answer) {
    const bool is_secret = answer.status == 403;
    return std::string("Twitch refuses the client ") + (is_secret ? "secret" : "id or secret") +
           " (" + describe_failure(answer) + "): check " +
           (is_secret ? "TWITCH_CLIENT_SECRET" : "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET");
}

}  // namespace conduitd
