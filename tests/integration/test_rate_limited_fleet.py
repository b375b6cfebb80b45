"""Fleets whose client id has a hundred points a minute: they get there, and do not storm."""

import collections

import pytest

from workers import REFILLS, start_auto, stop_all, wait_each_has_one

POINTS = 100  # a minute
WORKERS = 8


@pytest.fixture
def sim(start_sim):
    sim = start_sim("--points-per-minute", POINTS)
    sim.create_conduit(WORKERS)
    return sim


def refused(sim):
    """Calls that were made without a point to pay them."""
    return collections.Counter(call["status"] for call in sim.state()["requests"])[429]


def helix_calls(sim):
    return sum(count for name, count in sim.state()["calls"].items() if "/helix/" in name)


def start_fleet(start, sim):
    return {name: start_auto(start, sim, name) for name in map("w{}".format, range(WORKERS))}


def test_eight_that_start_at_once_all_get_their_shards(sim, start):
    workers = start_fleet(start, sim)

    wait_each_has_one(sim, WORKERS, timeout=REFILLS)

    # A worker needs some eight calls until it has its shard, and as many again where others have
    # chosen the same one. One that finds no point waits until the bucket is full.
    assert helix_calls(sim) < 25 * WORKERS
    assert refused(sim) < 6 * WORKERS
    assert all(worker.is_running() for worker in workers.values())


def test_all_of_them_come_back_after_they_were_killed_at_once(sim, start):
    workers = start_fleet(start, sim)
    before = wait_each_has_one(sim, WORKERS, timeout=REFILLS)
    calls_before = helix_calls(sim)

    for worker in workers.values():
        worker.kill()
    workers = start_fleet(start, sim)

    wait_each_has_one(sim, WORKERS, without=before.values(), timeout=REFILLS)
    assert helix_calls(sim) - calls_before < 25 * WORKERS
    assert refused(sim) < 12 * WORKERS
    assert all(worker.is_running() for worker in workers.values())
    stop_all(workers.values())
