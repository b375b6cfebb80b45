"""`conduit.id: auto`: which conduit is served, created, remembered and grown."""

import fcntl
import json

import pytest

from control import Ctl
from waiting import wait_for

CREATION = "POST /helix/eventsub/conduits"


@pytest.fixture
def empty(start_sim):
    """A simulator without a conduit."""
    return start_sim("--conduit", "0")


@pytest.fixture
def begin(start):
    """Starts a daemon that remembers only what daemons before it have written."""
    return lambda twitch, **rest: start(twitch, remembers=False, **rest)


def conduit_ids(sim):
    return [conduit["id"] for conduit in sim.state()["conduits"]]


def enabled(sim):
    (conduit,) = sim.state()["conduits"]
    return [int(shard["id"]) for shard in conduit["shards"] if shard["status"] == "enabled"]


def delete_conduit(sim, conduit_id):
    sim.delete_conduit(conduit_id)
    assert conduit_id not in conduit_ids(sim)


def remembered(state):
    return json.loads((state / "conduit.json").read_text())


def test_twelve_workers_of_two_hosts_that_start_at_once_end_with_one_conduit(empty, begin, tmp_path):
    daemons = [
        begin(
            empty,
            TWITCH_SHARD_ID=str(shard),
            CONDUITD_CONDUIT_SHARD_COUNT="12",
            CONDUITD_STATE_DIR=str(tmp_path / f"host-{shard % 2}"),
        )
        for shard in range(12)
    ]

    for daemon in daemons:
        daemon.wait_ready()

    (conduit_id,) = conduit_ids(empty)
    assert enabled(empty) == list(range(12))
    assert all(f"ready conduit={conduit_id}" in daemon.log for daemon in daemons)
    assert empty.calls("POST /oauth2/token") <= 4  # of the two hosts
    assert {*remembered(tmp_path / "host-0").values()} == {conduit_id}
    assert {*remembered(tmp_path / "host-1").values()} == {conduit_id}


def test_workers_of_one_host_create_one_conduit_and_delete_none(empty, begin):
    daemons = [
        begin(empty, TWITCH_SHARD_ID=str(shard), CONDUITD_CONDUIT_SHARD_COUNT="4")
        for shard in range(4)
    ]

    for daemon in daemons:
        daemon.wait_ready()

    assert empty.calls(CREATION) == 1
    assert empty.calls("DELETE /helix/eventsub/conduits") == 0


def test_a_restart_serves_the_same_conduit_though_there_are_several_by_then(empty, begin):
    first = begin(empty)
    first.wait_ready()
    first.drain()
    (conduit_id,) = conduit_ids(empty)
    empty.create_conduit(1)

    second = begin(empty)

    second.wait_log(f"ready conduit={conduit_id}")
    assert len(conduit_ids(empty)) == 2
    second.drain()


def test_a_restart_without_a_memory_does_not_wait_for_a_conduit_that_was_used(empty, begin, tmp_path):
    first = begin(empty)
    first.wait_ready()
    first.drain()
    (tmp_path / "state" / "conduit.json").unlink()

    second = begin(empty)

    second.wait_ready()
    assert "waiting until the conduit is settled" not in second.log
    second.drain()


def test_a_conduit_that_was_set_is_not_remembered(sim, begin, tmp_path):
    daemon = begin(sim, TWITCH_CONDUIT_ID=conduit_ids(sim)[0])

    daemon.wait_ready()

    assert not (tmp_path / "state" / "conduit.json").exists()
    daemon.drain()


def test_a_remembered_conduit_that_is_gone_ends_with_69(empty, begin):
    first = begin(empty)
    first.wait_ready()
    first.drain()
    (conduit_id,) = conduit_ids(empty)
    delete_conduit(empty, conduit_id)

    second = begin(empty)

    assert second.end() == 69
    assert f"conduit {conduit_id}, which this host has served before, does not exist" in second.log
    assert conduit_ids(empty) == []


def test_a_remembered_conduit_that_is_gone_is_made_anew_when_that_is_allowed(empty, begin, tmp_path):
    first = begin(empty)
    first.wait_ready()
    first.drain()
    (gone,) = conduit_ids(empty)
    delete_conduit(empty, gone)

    second = begin(empty, CONDUITD_CONDUIT_RECREATE="true")

    second.wait_ready()
    (conduit_id,) = conduit_ids(empty)
    assert conduit_id != gone
    assert f"gone={gone}" in second.log
    assert {*remembered(tmp_path / "state").values()} == {conduit_id}
    second.drain()


def gaps_of(daemon):
    """Reason and conduit of each that was told."""
    return [
        (line["payload"]["reason"], line["conduit_id"])
        for line in daemon.lines()
        if line["metadata"]["message_type"] == "conduitd.gap"
    ]


def test_a_conduit_that_is_deleted_while_it_is_served_is_made_anew_by_workers_of_two_hosts(
    empty, begin, tmp_path
):
    states = [tmp_path / f"host-{host}" for host in range(2)]
    daemons = [
        begin(
            empty,
            TWITCH_SHARD_ID="auto",
            CONDUITD_CONDUIT_SHARD_COUNT="2",
            CONDUITD_CONDUIT_RECREATE="true",
            CONDUITD_STATE_DIR=str(state),
        )
        for state in states
    ]
    for daemon in daemons:
        daemon.wait_ready()
    (gone,) = conduit_ids(empty)

    delete_conduit(empty, gone)
    for state in states:
        Ctl(state)("rotate", "--timeout", "1")  # its claim is refused, and the listing is read

    for daemon in daemons:
        daemon.wait_log("worker: ready", count=2)
    (conduit_id,) = conduit_ids(empty)
    wait_for(lambda: enabled(empty) == [0, 1], "both shards have a session")
    assert conduit_id != gone
    for daemon, state in zip(daemons, states):
        assert {*remembered(state).values()} == {conduit_id}
        assert f"the conduit is gone: another one is looked for, or made conduit={gone}" in daemon.log
        assert Ctl(state).status()["conduit_id"] == conduit_id
    (event,) = empty.emit()
    wait_for(lambda: any(event in daemon.text() for daemon in daemons), "the event comes out")
    daemons[0].drain()
    daemons[1].drain()
    assert all(gaps_of(daemon)[0] == ("unserved", conduit_id) for daemon in daemons)


def test_a_smaller_conduit_is_grown_and_its_shards_bound(sim, begin):
    sim.create_conduit(2)

    daemon = begin(sim, CONDUITD_CONDUIT_SHARD_COUNT="4", CONDUITD_CONDUIT_GROW="true")

    daemon.wait_ready()
    (conduit,) = sim.state()["conduits"]
    assert conduit["shard_count"] == 4
    assert enabled(sim) == [0, 2, 3]
    daemon.drain()


def test_a_larger_conduit_is_not_shrunk(sim, begin):
    sim.create_conduit(4)

    daemon = begin(sim, CONDUITD_CONDUIT_SHARD_COUNT="2", CONDUITD_CONDUIT_GROW="true")

    daemon.wait_ready()
    (conduit,) = sim.state()["conduits"]
    assert conduit["shard_count"] == 4
    daemon.drain()


def test_a_lock_that_is_not_given_up_is_gone_on_without(empty, begin, tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    with open(state / "conduit.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        daemon = begin(empty)

        daemon.wait_log("looking for the conduit without the lock of this host's workers")
        daemon.wait_ready()
    daemon.drain()


def test_five_conduits_are_listed_with_their_shards_and_none_is_deleted(sim, begin):
    made = {sim.create_conduit(shards): shards for shards in (1, 2, 3, 20, 100)}

    daemon = begin(sim, TWITCH_CONDUIT_ID="auto")

    assert daemon.end() == 78
    for conduit_id, shards in made.items():
        assert f"{conduit_id} ({shards} shard{'' if shards == 1 else 's'})" in daemon.log
    assert sorted(conduit_ids(sim)) == sorted(made)


def test_auto_may_be_said_where_there_is_one_conduit_and_where_there_is_none(start_sim, begin, tmp_path):
    for conduits in (0, 1):
        sim = start_sim("--conduit", str(conduits))

        daemon = begin(
            sim,
            TWITCH_CONDUIT_ID="auto",
            TWITCH_SHARD_ID="0",
            CONDUITD_STATE_DIR=str(tmp_path / f"account-{conduits}"),
        )

        daemon.wait_ready()
        assert enabled(sim) == [0]
        daemon.drain()
