"""A conduit as large as Twitch allows, and a single shard of it that is free."""

import random

import pytest

from workers import LOOKS, start_auto, stop_all
from other_sessions import OtherSessions

SHARDS = 20_000
POINTS = 10_000  # a minute: the sessions of others cost 200 of them, a whole look as many


@pytest.mark.parametrize("is_listed", [True, False])
def test_the_only_free_shard_of_20000_is_found(start_sim, start, is_listed):
    listed = ("--unbound-shards", "listed" if is_listed else "omitted")
    sim = start_sim("--points-per-minute", POINTS, *listed)
    conduit_id = sim.create_conduit(SHARDS)
    free = random.Random(7).randrange(SHARDS)
    taken = (shard for shard in range(SHARDS) if shard != free)

    with OtherSessions(sim, conduit_id, taken, count=40):
        worker = start_auto(start, sim, "a", TWITCH_CONDUIT_ID=conduit_id)
        worker.wait_log("worker: ready", timeout=LOOKS)

        assert f" shard={free} " in worker.log
        stop_all([worker])
