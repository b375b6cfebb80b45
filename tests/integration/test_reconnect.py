"""Twitch orders the session to move, under load: nothing lost, nothing doubled, order kept."""

import pytest

from moves import load, wait_moved
from order import assert_order_kept
from programs import full_rate
from waiting import wait_for

RECONNECTS = 3


def socket_of_shard(sim):
    """The one that the only shard's messages are written to now, if there is one."""
    return next((row["socket"] for row in sim.sessions() if row["bound"]), None)


def assert_nothing_lost(sim):
    """Neither for want of a session with the shard nor on a socket that ended too early."""
    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("which_id", ["same", "fresh"])
def test_reconnects_under_load_lose_nothing(start_sim, start, tmp_path, which_id, is_tls):
    certificate = tmp_path / "ca.pem"
    tls = ["--tls", "--certificate-file", certificate] if is_tls else []
    sim = start_sim("--reconnect-id", which_id, *tls)
    daemon = start(sim, CONDUITD_TWITCH_CA_FILE=str(certificate) if is_tls else None)
    daemon.wait_ready()

    for moved in range(RECONNECTS):
        load(sim, daemon)
        sim.reconnect()
        wait_moved(sim, moved)
    daemon.wait_id(sim.end_events())
    daemon.drain()

    assert_nothing_lost(sim)
    assert_order_kept(sim, daemon)
    assert [ended["code"] for ended in sim.state()["ended"]] == [1000] * (RECONNECTS + 1)
    assert daemon.log.count("Twitch orders a reconnect") == RECONNECTS
    assert daemon.log.count("handover done cause=reconnect") == RECONNECTS
    assert daemon.log.count("unbound_ms=0 ") == RECONNECTS


@pytest.mark.parametrize("which_id", ["same", "fresh"])
def test_what_waits_for_a_slow_old_socket_comes_out_first(start_sim, start, which_id):
    sim = start_sim("--reconnect-id", which_id)
    daemon = start(sim)
    daemon.wait_ready()
    (old,) = sim.sessions()

    sim.fault("welcome/reconnect", delay_ms=500)
    sim.reconnect()
    sim.admin("POST", "/shape", {"session": old["id"], "pause_ms": 20})
    earlier = sim.emit(count=100)
    wait_for(lambda: socket_of_shard(sim) not in (None, old["socket"]), "the shard moves")
    later = sim.emit(count=100)
    wait_moved(sim, 0)
    daemon.wait_id(later[-1])
    daemon.drain()

    assert sim.sent_ids() == earlier + later
    assert_order_kept(sim, daemon)
    assert_nothing_lost(sim)


def test_an_order_to_move_right_after_the_move_is_followed(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4), "--reconnect-after", "0.5")
    daemon = start(sim)

    daemon.wait_log("Twitch orders a reconnect", count=6)
    daemon.wait_id(sim.end_events())

    daemon.drain()
    assert_order_kept(sim, daemon)
    assert_nothing_lost(sim)


def test_a_reconnect_url_that_refuses_is_given_up_for_a_fresh_session(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4))
    daemon = start(sim)
    daemon.wait_lines(50)

    sim.fault("upgrade", status=503)
    sim.reconnect()
    wait_moved(sim, 0)
    daemon.wait_id(sim.end_events())

    daemon.drain()
    assert_order_kept(sim, daemon)
    assert "a fresh session takes over" in daemon.log
    assert_nothing_lost(sim)


def test_a_challenge_that_is_wrong_is_given_up_for_a_fresh_session(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4))
    daemon = start(sim)
    daemon.wait_lines(50)

    sim.reconnect(url=sim.facts["eventsub_url"] + "?challenge=wrong&id=wrong")
    wait_moved(sim, 1)  # the socket that was refused with 4007 ends first
    daemon.wait_id(sim.end_events())

    daemon.drain()
    assert_order_kept(sim, daemon)
    assert_nothing_lost(sim)
    assert 4007 in [ended["code"] for ended in sim.state()["ended"]]
