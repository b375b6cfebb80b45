"""A shard that somebody else has claimed, of which Twitch tells nobody, is not taken back."""

import time

import pytest

from other_sessions import OtherSessions
from waiting import wait_for
from workers import LOOKS, enabled

# What a worker has read of its shard is old after so long: it reads again before it claims.
READ_IS_OLD = 5.0

# The id that a reconnect gives, the order, and its details.
ORDERS = {
    "reconnect to the same id": ("same", "reconnect", {}),
    "reconnect to a fresh id": ("fresh", "reconnect", {}),
    "close": ("same", "close", {"code": 4000}),
    "reset": ("same", "close", {"how": "reset"}),
}


@pytest.mark.parametrize("how", ORDERS)
def test_a_move_or_a_loss_takes_no_shard_back(start_sim, start, how):
    which_id, order, details = ORDERS[how]
    sim = start_sim("--reconnect-id", which_id)
    conduit = sim.only_conduit()
    worker = start(sim, TWITCH_SHARD_ID="0")
    worker.wait_ready()
    (old,) = sim.sessions()
    wait_for(lambda: sim.calls("GET /helix/eventsub/conduits/shards"), "the claim is read back")

    with OtherSessions(sim, conduit, [0], 1):
        theirs = enabled(sim)
        taken_at = time.monotonic()
        assert theirs[0] != old["id"]
        wait_for(lambda: time.monotonic() > taken_at + READ_IS_OLD + 1, "what was read is old")
        getattr(sim, order)(session=old["id"], **details)
        worker.wait_log("somebody else has claimed the shard: it is theirs now", timeout=LOOKS)
        worker.wait_log("standing by", timeout=LOOKS)
        assert enabled(sim) == theirs
        worker.drain()
        assert enabled(sim) == theirs
