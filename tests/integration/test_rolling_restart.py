"""Fleets that are renewed one by one while events come: nothing is lost, and no shard is left alone."""

import itertools

import pytest

from workers import (
    LOOKS,
    Host,
    check_nothing_is_missing,
    enabled,
    shard_count,
    stop_all,
    wait_each_has_one,
)
from waiting import wait_for

RATE = 100  # events per second


@pytest.fixture
def sim(start_sim):
    """One that drops what is meant for a shard without a session."""
    return start_sim("--conduit", "0", "--resend", "none")


@pytest.fixture
def host(start, sim, tmp_path):
    """Makes one host after the other, each with one worker that has no shard of its own."""
    numbers = itertools.count()
    return lambda **settings: Host(start, sim, tmp_path / f"host-{next(numbers)}", **settings)


def end_and_check(sim, running, everybody):
    sim.generate(0)
    wait_for(lambda: sim.state()["queued"] == 0, "all is written")
    stop_all(running)
    check_nothing_is_missing(sim, everybody)


def test_each_gets_the_shard_back_that_it_had(sim, host):
    sim.create_conduit(4)
    hosts = [host() for _ in range(4)]
    for each in hosts:
        each.start().wait_ready()
    wait_each_has_one(sim, 4)
    had = [each.held() for each in hosts]
    sim.generate(RATE)

    for each in hosts:
        each.worker.drain()
        assert sorted(enabled(sim)) == [0, 1, 2, 3]
        each.start().wait_ready()
        wait_each_has_one(sim, 4)

    assert sorted(had) == ["0", "1", "2", "3"]
    assert [each.held() for each in hosts] == had
    everybody = [process for each in hosts for process in each.processes]
    end_and_check(sim, [each.worker for each in hosts], everybody)


def test_a_deployment_of_three_is_replaced_three_times_with_one_more_each_time(sim, host):
    sim.create_conduit(3)
    pods = [host() for _ in range(3)]
    for pod in pods:
        pod.start().wait_ready()
    wait_each_has_one(sim, 3)
    sim.generate(RATE)

    everybody = [pod.worker for pod in pods]
    for _ in range(3):
        surplus = host()
        everybody.append(surplus.start())
        surplus.worker.wait_log("standing by")
        assert len(set(enabled(sim).values())) == 3
        pods.pop(0).worker.drain()
        pods.append(surplus)
        surplus.worker.wait_log("worker: ready", timeout=LOOKS)
        wait_each_has_one(sim, 3)
        assert shard_count(sim) == 3

    assert "growing the conduit" not in "".join(worker.log for worker in everybody)
    end_and_check(sim, [pod.worker for pod in pods], everybody)
