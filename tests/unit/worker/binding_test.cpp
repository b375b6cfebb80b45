#include "worker/binding.hpp"

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(Binding, DoubtLastsFromItsEarliestBeginningToTheNextProof) {
    Binding binding;
    (void)binding.prove(start, start);
    binding.doubt(GapReason::claim_unanswered, start + 2s);
    binding.doubt(GapReason::shard_astray, start + 1s);

    const auto gap = binding.prove(start + 5s, start + 5s);

    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->reason, GapReason::claim_unanswered);
    EXPECT_EQ(gap->since, start + 1s);
    EXPECT_EQ(gap->until, start + 5s);
    EXPECT_FALSE(binding.is_doubtful());
    EXPECT_FALSE(binding.prove(start + 6s, start + 6s));
}

// The bug: a listing that took seconds to come proved what was not so any more.
TEST(Binding, ProofIsOfTheTimeAtWhichWasAsked) {
    Binding binding;
    (void)binding.prove(start, start + 4s);
    binding.doubt(GapReason::shard_astray, binding.proven_at());

    const auto gap = binding.prove(start + 9s, start + 10s);

    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->since, start);
    EXPECT_EQ(gap->until, start + 10s);
}

TEST(Binding, LooseClaimsAreThoseUntilTheShardIsReadBack) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start);
    binding.on_claim_unanswered("C", start + 1s, start + 1s);
    binding.on_claim_unanswered("B", start + 2s, start + 2s);

    const auto gap = binding.prove(start + 3s, start + 3s);  // by a claim that was accepted

    EXPECT_FALSE(gap);
    ASSERT_EQ(binding.loose_claims().size(), 2U);
    EXPECT_EQ(binding.loose_claims()[0].session_id, "B");
    EXPECT_EQ(binding.loose_claims()[0].since, start);
    EXPECT_EQ(binding.loose_claims()[1].session_id, "C");
    binding.settle();
    EXPECT_TRUE(binding.loose_claims().empty());
}

TEST(Binding, ThoseOfLongBeforeAreSettled) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start + 1s);
    binding.on_claim_unanswered("C", start, start + 1s);
    binding.on_claim_unanswered("C", start + 1s, start + 3s);

    binding.settle_before(start + 2s);

    ASSERT_EQ(binding.loose_claims().size(), 1U);
    EXPECT_EQ(binding.loose_claims()[0].session_id, "C");
}

TEST(Binding, LooseClaimsOfTheEarliestSessionsAreForgottenAndTheirTimeIsNot) {
    Binding binding;
    for (std::size_t i = 0; i <= Binding::loose_sessions_max; ++i) {
        binding.on_claim_unanswered(std::to_string(i), start + i * 1s, start + i * 1s);
    }

    ASSERT_EQ(binding.loose_claims().size(), Binding::loose_sessions_max);
    EXPECT_EQ(binding.loose_claims().front().session_id, "1");
    EXPECT_EQ(binding.loose_claims().front().since, start);
}

TEST(Binding, DoubtForALooseClaimEndsWhenNoneHasHadAnEffect) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start);
    binding.on_claim_unanswered("C", start + 1s, start + 1s);
    binding.doubt_for_loose_claim(start);

    binding.on_claim_without_effect("C", start + 1s);
    EXPECT_TRUE(binding.is_doubtful());  // there is B's
    binding.on_claim_without_effect("B", start);

    EXPECT_TRUE(binding.loose_claims().empty());
    EXPECT_FALSE(binding.is_doubtful());
    EXPECT_FALSE(binding.prove(start + 2s, start + 2s));
}

TEST(Binding, OtherDoubtsOutliveLooseClaims) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start);
    binding.doubt(GapReason::shard_astray, start + 1s);
    binding.doubt_for_loose_claim(start);

    binding.on_claim_without_effect("B", start);

    const auto gap = binding.prove(start + 2s, start + 2s);
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->reason, GapReason::shard_astray);
    EXPECT_EQ(gap->since, start + 1s);
}

TEST(Binding, DoubtsForALooseClaimAndOthersMakeOneGap) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start);
    binding.doubt(GapReason::shard_astray, start + 1s);
    binding.doubt_for_loose_claim(start);

    const auto gap = binding.prove(start + 2s, start + 2s);

    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->since, start);
    EXPECT_FALSE(binding.is_doubtful());
}

// Another one of the same session, sent after the shard had been read back, is not meant.
TEST(Binding, ClaimThatWasSettledBeforeIsNoneOfThoseThatAreLoose) {
    Binding binding;
    binding.on_claim_unanswered("B", start, start);
    binding.settle();
    binding.on_claim_unanswered("B", start + 1min, start + 1min);

    binding.on_claim_without_effect("B", start);

    EXPECT_EQ(binding.loose_claims().size(), 1U);
}

TEST(Binding, SessionsOfOursAreKnownUpToTheLimit) {
    Binding binding;
    for (std::size_t i = 0; i <= Binding::own_sessions_max; ++i) {
        binding.on_claim_sent(std::to_string(i));
    }
    binding.on_claim_sent("1");
    binding.on_claim_sent("new");

    EXPECT_FALSE(binding.is_own("0"));
    EXPECT_TRUE(binding.is_own("1"));  // claimed again since
    EXPECT_FALSE(binding.is_own("2"));
    EXPECT_TRUE(binding.is_own("new"));
    EXPECT_FALSE(binding.is_own("theirs"));
}

}  // namespace
}  // namespace conduitd
