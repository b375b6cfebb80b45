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

TEST(Binding, LooseClaimIsOneUntilTheShardIsReadBack) {
    Binding binding;
    binding.on_claim_unanswered("B", start);
    binding.on_claim_unanswered("C", start + 1s);

    const auto gap = binding.prove(start + 2s, start + 2s);  // by a claim that was accepted

    EXPECT_FALSE(gap);
    ASSERT_TRUE(binding.loose_claim());
    EXPECT_EQ(binding.loose_claim()->session_id, "C");
    EXPECT_EQ(binding.loose_claim()->since, start);
    binding.settle();
    EXPECT_FALSE(binding.loose_claim());
}

TEST(Binding, AnothersSessionIsNewsOnceAndADoubtSinceTheLastProof) {
    Binding binding;
    (void)binding.prove(start, start);

    EXPECT_TRUE(binding.yield("theirs"));
    EXPECT_FALSE(binding.yield("theirs"));
    EXPECT_EQ(binding.holder(), "theirs");
    EXPECT_TRUE(binding.yield("another"));

    const auto gap = binding.prove(start + 1min, start + 1min);
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->since, start);
    EXPECT_EQ(binding.holder(), "");
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
