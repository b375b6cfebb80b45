#include "worker/survey.hpp"

#include "helix/error.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint asked_at{1h};

Completion answer(std::string body, std::vector<HttpHeader> headers = {}) {
    return {1, HttpResponse{200, std::move(headers), std::move(body)}, {}};
}

Completion page(std::string_view shards, std::string_view cursor) {
    return answer(fmt::format(R"({{"data":[{}],"pagination":{{"cursor":"{}"}}}})", shards, cursor));
}

const HelixEndpoints endpoints{*parse_url("https://id.example"),
                               *parse_url("https://api.example/helix")};

struct SurveyTest : testing::Test {
    Survey survey{endpoints, "c-1"};

    void take_count(unsigned count = 3) {
        (void)survey.on_answer(
            answer(fmt::format(
                R"({{"data":[{{"id":"c-0","shard_count":9}},{{"id":"c-1","shard_count":{}}}]}})",
                count)),
            asked_at);
    }
};

TEST_F(SurveyTest, AsksForTheCountAndThenForAllPages) {
    EXPECT_EQ(survey.first_request().url.target, "/helix/eventsub/conduits");
    take_count();

    const auto second = survey.on_answer(
        page(R"({"id":"0","status":"enabled","transport":{"session_id":"A"}})", "n"), asked_at);
    const auto last = survey.on_answer(page(R"({"id":"1","status":"x"})", ""), asked_at + 1s);

    EXPECT_TRUE(std::get<HttpRequest>(second).url.target.ends_with("conduit_id=c-1&after=n"));
    const auto& listing = std::get<Listing>(last);
    EXPECT_EQ(listing.shard_count(), 3U);
    EXPECT_EQ(listing.pages(), 2U);
    EXPECT_EQ(listing.unserved(), (ShardSet{1, 2}));
    EXPECT_EQ(listing.page_of(1).cursor, "n");
    EXPECT_EQ(listing.page_of(1).asked_at, asked_at + 1s);
}

TEST_F(SurveyTest, ConduitThatIsNotListedIsAFailure) {
    const auto step = survey.on_answer(answer(R"({"data":[]})"), asked_at);

    EXPECT_EQ(std::get<SurveyFailed>(step).why, "the conduit is not listed any more");
}

TEST_F(SurveyTest, CallThatFailsAndAnswersThatCannotBeReadAreFailures) {
    EXPECT_TRUE(std::holds_alternative<SurveyFailed>(
        Survey(endpoints, "c-1")
            .on_answer({1, make_error_code(HelixError::unavailable), "503"}, asked_at)));
    EXPECT_TRUE(std::holds_alternative<SurveyFailed>(
        Survey(endpoints, "c-1").on_answer(answer("<html>"), asked_at)));
    take_count();
    EXPECT_TRUE(std::holds_alternative<SurveyFailed>(survey.on_answer(answer("{}"), asked_at)));
}

TEST_F(SurveyTest, CursorThatRepeatsOrIsTooLongIsAFailure) {
    take_count();
    (void)survey.on_answer(page("", "n"), asked_at);
    EXPECT_TRUE(std::holds_alternative<SurveyFailed>(survey.on_answer(page("", "n"), asked_at)));

    Survey other(endpoints, "c-1");
    (void)other.on_answer(answer(R"({"data":[{"id":"c-1","shard_count":1}]})"), asked_at);
    const std::string cursor(Survey::cursor_bytes_max + 1, 'x');
    EXPECT_TRUE(std::holds_alternative<SurveyFailed>(other.on_answer(page("", cursor), asked_at)));
}

TEST_F(SurveyTest, ListingWithoutAnEndIsAFailure) {
    for (const unsigned shards : {3U, 20'000U}) {
        survey = Survey(endpoints, "c-1");
        take_count(shards);
        std::size_t pages = 0;
        for (; pages <= Survey::pages_max; ++pages) {
            const auto step = survey.on_answer(page("", std::to_string(pages)), asked_at);
            if (std::holds_alternative<SurveyFailed>(step)) break;
        }

        EXPECT_EQ(pages + 1,
                  std::min<std::size_t>(Survey::pages_max, shards + Survey::spare_pages));
    }
}

TEST_F(SurveyTest, TakesTheServersClock) {
    take_count();

    const auto step = survey.on_answer(
        answer(
            R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket","session_id":"A","disconnected_at":"2026-03-04T05:06:00Z"}}],"pagination":{}})",
            {{"date", "Wed, 04 Mar 2026 05:06:07 GMT"}}),
        asked_at);

    EXPECT_EQ(std::get<Listing>(step).find(0)->dead_for, 7s);
}

}  // namespace
}  // namespace conduitd
