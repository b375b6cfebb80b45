#include "helix/http.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(HttpResponse, HeaderNamesCompareWithoutCase) {
    const HttpResponse response{200, {{"ratelimit-REMAINING", "7"}}, {}};

    EXPECT_EQ(response.header("Ratelimit-Remaining"), "7");
}

TEST(HttpResponse, FirstOfSeveralHeadersCounts) {
    const HttpResponse response{200, {{"Date", "first"}, {"date", "second"}}, {}};

    EXPECT_EQ(response.header("Date"), "first");
}

TEST(HttpResponse, MissingHeaderIsEmpty) {
    const HttpResponse response{200, {{"Ratelimit-Remaining-X", "7"}, {"Rate", "8"}}, {}};

    EXPECT_EQ(response.header("Ratelimit-Remaining"), "");
}

TEST(HttpResponse, SuccessIsTheTwoHundreds) {
    for (const unsigned status : {200U, 202U, 204U, 299U}) {
        EXPECT_TRUE((HttpResponse{status, {}, {}}).is_success()) << status;
    }
    for (const unsigned status : {0U, 199U, 300U, 404U, 500U}) {
        EXPECT_FALSE((HttpResponse{status, {}, {}}).is_success()) << status;
    }
}

}  // namespace
}  // namespace conduitd
