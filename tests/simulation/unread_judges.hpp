#pragma once

#include "checker.hpp"
#include "claim_judge.hpp"
#include "conduct.hpp"
#include "event_queue.hpp"
#include "false_gaps.hpp"
#include "gap_judge.hpp"
#include "promptness.hpp"
#include "redial_judge.hpp"
#include "token_judge.hpp"
#include "trace.hpp"
#include "twitch.hpp"

#include <chrono>
#include <cstddef>

namespace simulation {

// The judges that the networks report to and that take a worker's shards for given, with a checker
// that nobody reads: for runs in which shards move, and others judge.
struct UnreadJudges {
    UnreadJudges(EventQueue& queue, Twitch& twitch, std::size_t workers)
        : trace(Trace::Mode::off, queue, queue.now()),
          checker(RunClass::faulty, queue, trace),
          conduct(queue, twitch, checker),
          redial_judge(queue, conduct, checker),
          promptness(queue, conduct, redial_judge, checker),
          claim_judge({queue, conduct, promptness, checker}),
          token_judge(queue, checker),
          gap_judge(workers, {.overlap = {}, .silence = std::chrono::minutes(1)}) {}

    Trace trace;
    Checker checker;
    Conduct conduct;
    RedialJudge redial_judge;
    Promptness promptness;
    ClaimJudge claim_judge;
    TokenJudge token_judge;
    GapJudge gap_judge;
    FalseGaps false_gaps;
};

}  // namespace simulation
