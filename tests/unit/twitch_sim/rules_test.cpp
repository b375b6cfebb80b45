#include "twitch_sim/model/rules.hpp"

#include "twitch_sim/model/admin.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

// What is said of the body, empty when nothing is.
std::string refusal_of(const std::vector<Rule>& rules, std::string_view body,
                       std::string_view target = "/sim/x") {
    const auto parameters = Parameters::parse(Target::parse(target), body);
    if (!parameters) return "no object";
    const auto refusal = find_refusal(rules, *parameters);
    return refusal ? describe(*refusal) : "";
}

TEST(Rules, ValuesWithinThemPass) {
    const std::vector<Rule> rules = {text_rule("t"),           whole_rule("w", 1, 9),
                                     number_rule("n", 0, 1.5), word_rule("o", "left|right"),
                                     yes_or_no_rule("y"),      object_rule("b")};

    EXPECT_EQ(refusal_of(rules, "{}"), "");
    EXPECT_EQ(refusal_of(rules, R"({"t":"","w":9,"n":1.5,"o":"right","y":false,"b":{}})"), "");
    EXPECT_EQ(refusal_of(rules, "", "/sim/x?t=a&w=1&n=0.5&o=left&y=true"), "");
    EXPECT_EQ(refusal_of(rules, R"({"w":"5","y":"true"})"), "");
}

TEST(Rules, NullNeedsNoQuotesWhereItIsAWord) {
    EXPECT_EQ(refusal_of({word_rule("o", "empty|null")}, R"({"o":null})"), "");
    EXPECT_EQ(refusal_of({word_rule("o", "empty|null")}, R"({"o":"null"})"), "");
    EXPECT_EQ(refusal_of({word_rule("o", "left|right")}, R"({"o":null})"),
              "`o` is `left` or `right`; found null");
}

TEST(Rules, RefusalSaysWhatWasFoundAndWhatIsAllowed) {
    EXPECT_EQ(refusal_of({whole_rule("w", 1, 9)}, R"({"w":0})"),
              "`w` is a whole number from 1 to 9; found 0");
    EXPECT_EQ(refusal_of({whole_rule("w", 1, 9)}, R"({"w":1.5})"),
              "`w` is a whole number from 1 to 9; found 1.5E0");
    EXPECT_EQ(refusal_of({number_rule("n", 0, 1.5)}, "", "/sim/x?n=inf"),
              "`n` is a number from 0 to 1.5; found inf");
    EXPECT_EQ(refusal_of({word_rule("o", "left|mid|right")}, R"({"o":"up"})"),
              R"(`o` is `left`, `mid` or `right`; found "up")");
    EXPECT_EQ(refusal_of({yes_or_no_rule("y")}, R"({"y":1})"), "`y` is `true` or `false`; found 1");
    EXPECT_EQ(refusal_of({object_rule("b")}, R"({"b":[]})"), "`b` is an object; found []");
    EXPECT_EQ(refusal_of({text_rule("t")}, R"({"t":null})"), "`t` is a text; found null");
    EXPECT_EQ(refusal_of({required(text_rule("t"))}, "{}"), "`t` is a text; found nothing");
}

TEST(Rules, UnknownNamesAreRefused) {
    EXPECT_EQ(refusal_of({text_rule("a"), text_rule("b")}, R"({"c":1})"),
              "a parameter is one of `a` or `b`; found `c`");
    EXPECT_EQ(refusal_of({}, "", "/sim/x?c=1"), "a parameter is no parameters; found `c`");
}

TEST(Rules, WhatIsShownOfAWrongValueIsBounded) {
    const auto refusal =
        refusal_of({whole_rule("w", 1, 9)}, "{\"w\":\"" + std::string(999, 'x') + "\"}");

    EXPECT_LT(refusal.size(), 120u);
}

TEST(Verbs, NamesAreUnique) {
    for (const Verb& verb : all_verbs()) EXPECT_EQ(find_verb(verb.name), &verb);
    EXPECT_EQ(find_verb("nonsense"), nullptr);
    EXPECT_EQ(find_verb(""), nullptr);
}

}  // namespace
}  // namespace twitch_sim
