"""Workers that are told no more than how large the conduit may become."""

import pytest

from control import Ctl
from workers import shard_count, start_auto, stop_all, wait_each_has_one, wait_holding

GROWS = {"CONDUITD_SHARD_WHEN_FULL": "grow", "TWITCH_CONDUIT_ID": "auto", "remembers": False}


@pytest.mark.parametrize("hosts", [1, 4])
def test_four_that_start_at_once_end_with_one_conduit_of_four_shards(
    start_sim, start, tmp_path, hosts
):
    sim = start_sim("--conduit", "0")
    workers = [
        start_auto(
            start,
            sim,
            f"w{number}",
            CONDUITD_STATE_DIR=str(tmp_path / f"host-{number % hosts}"),
            CONDUITD_SHARD_MAX="4",
            **GROWS,
        )
        for number in range(4)
    ]

    wait_each_has_one(sim, 4)

    assert shard_count(sim) == 4
    stop_all(workers)


def test_no_more_shards_are_made_than_are_allowed(start_sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    sim = start_sim("--conduit", "0")
    workers = [
        start_auto(start, sim, name, CONDUITD_SHARD_MAX="2", **GROWS) for name in ("a", "b", "c")
    ]

    held = wait_holding(ctl, 2)
    (spare,) = [worker for worker, name in zip(workers, "abc") if name not in held]
    spare.wait_log("standing by")

    assert sorted(held.values()) == ["0", "1"]
    assert shard_count(sim) == 2
    stop_all(workers)


def test_a_dead_shard_is_waited_for_where_one_could_be_made(sim, start):
    sim.create_conduit(2)
    keeper = start(sim, TWITCH_SHARD_ID="0", CONDUITD_NAME="keeper")
    dead = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="dead")
    for worker in (keeper, dead):
        worker.wait_ready()
    dead.kill()

    heir = start_auto(start, sim, "heir", CONDUITD_SHARD_MAX="3", **(GROWS | {"remembers": True}))
    heir.wait_ready()

    assert " shard=1 " in heir.log
    assert shard_count(sim) == 2
    stop_all([keeper, heir])


def test_a_shard_is_made_where_none_is_free(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    first = start(sim, CONDUITD_NAME="first")
    first.wait_ready()

    second = start_auto(start, sim, "second", CONDUITD_SHARD_MAX="3", **GROWS)
    second.wait_ready()

    assert wait_holding(ctl, 2) == {"first": "0", "second": "1"}
    assert shard_count(sim) == 2
    stop_all([first, second])
