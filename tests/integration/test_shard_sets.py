"""One session for several shards: ranges, lists, offsets and host names."""

import subprocess

import pytest

from control import Ctl
from moves import load, wait_moved
from order import assert_order_kept
from waiting import wait_for

CLAIM = "PATCH /helix/eventsub/conduits/shards"


def shards_of(sim):
    """The number of enabled shards of each session."""
    shards = sim.state()["conduits"][0]["shards"]
    holders = [shard["transport"]["session_id"] for shard in shards if shard["status"] == "enabled"]
    return sorted(holders.count(holder) for holder in set(holders))


@pytest.mark.parametrize("which_id", ["same", "fresh"])
def test_a_session_moves_with_all_its_shards(start_sim, start, which_id):
    sim = start_sim("--reconnect-id", which_id)
    sim.create_conduit(4)
    daemon = start(sim, TWITCH_SHARD_ID="0-3")
    daemon.wait_ready()

    for moved in range(3):
        load(sim, daemon)
        sim.reconnect()
        wait_moved(sim, moved)
    daemon.wait_id(sim.end_events())
    daemon.drain()

    assert_order_kept(sim, daemon)
    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)
    assert {line["shard_id"] for line in daemon.lines()} == {"0-3"}


def test_hosts_share_a_range_by_their_offsets(sim, start, tmp_path):
    sim.create_conduit(12)
    hosts = [
        start(
            sim,
            TWITCH_SHARD_ID="0-3",
            CONDUITD_SHARD_OFFSET=str(offset),
            CONDUITD_STATE_DIR=str(tmp_path / f"host-{offset}"),
        )
        for offset in (0, 4, 8)
    ]
    for host in hosts:
        host.wait_ready()
    assert shards_of(sim) == [4, 4, 4]

    sent = set(sim.emit(count=300))
    wait_for(lambda: sum(len(host.ids()) for host in hosts) == len(sent), "all lines")
    document = Ctl(tmp_path / "host-4").status("--shard", 5)
    received = [set(host.drain()) for host in hosts]

    assert document["shard_id"] == "4-7"
    assert set.union(*received) == sent
    assert all(received)


def test_more_than_a_hundred_shards_are_claimed_in_batches(sim, start):
    sim.create_conduit(250)

    daemon = start(sim, TWITCH_SHARD_ID="0-249")
    daemon.wait_ready()

    assert shards_of(sim) == [250]
    assert sim.calls(CLAIM) == 3
    sim.emit(count=50)
    daemon.wait_lines(50)
    daemon.drain()


def test_the_host_name_has_the_number(sim, start):
    own_name = ["unshare", "--uts", "sh", "-c", 'hostname conduitd-2 && exec "$@"', "sh"]
    if subprocess.run([*own_name, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no name of its own can be given to a process")
    sim.create_conduit(5)

    daemon = start(sim, TWITCH_SHARD_ID="ordinal", CONDUITD_SHARD_OFFSET="1", prefix=own_name)

    daemon.wait_log("ready conduit=")
    assert " shard=3 " in daemon.log
    daemon.drain()


def test_a_range_beyond_the_conduit_is_refused_with_what_there_is(sim, start):
    sim.create_conduit(3)

    daemon = start(sim, TWITCH_SHARD_ID="1-3")

    assert daemon.end() == 78
    assert "shard.id is 1-3, but conduit" in daemon.log
    assert "has the shards 0-2" in daemon.log


def test_shards_that_the_conduit_loses_do_not_keep_the_rest_from_coming_back(sim, start):
    conduit_id = sim.create_conduit(4)
    daemon = start(sim, TWITCH_SHARD_ID="0-3")
    daemon.wait_ready()
    sim.resize_conduit(conduit_id, 2)

    lost = sim.wait_one_session()
    sim.close(code=4000)
    sim.wait_replaced(lost)
    daemon.wait_log("the conduit was made smaller: the shard is gone shard=2,3")
    sent = sim.emit(count=20)
    daemon.wait_id(sent[-1])

    assert shards_of(sim) == [2]
    daemon.drain()
