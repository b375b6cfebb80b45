"""Twitch orders the session to move, under load: nothing lost, nothing doubled, order kept."""

import pytest

from programs import full_rate
from waiting import wait_for

RECONNECTS = 3


def wait_moved(sim, ended_before):
    """Waits until the session told to move has ended and its successor alone is left."""
    wait_for(lambda: len(sim.state()["ended"]) > ended_before, "the old session ends")
    sim.wait_one_session()


def assert_nothing_lost(sim):
    """Neither for want of a session with the shard nor on a socket that ended too early."""
    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("which_id", ["same", "fresh"])
def test_reconnects_under_load_lose_nothing(start_sim, start, tmp_path, which_id, is_tls):
    certificate = tmp_path / "ca.pem"
    tls = ["--tls", "--certificate-file", certificate] if is_tls else []
    sim = start_sim("--rate", str(full_rate()), "--reconnect-id", which_id, *tls)
    daemon = start(sim, CONDUITD_TWITCH_CA_FILE=str(certificate) if is_tls else None)
    daemon.wait_lines(200)

    for moved in range(RECONNECTS):
        daemon.wait_caught_up(sim)
        sim.reconnect()
        wait_moved(sim, moved)
    sim.generate(0)
    daemon.wait_id(sim.sent_ids()[-1])
    ids = daemon.drain()

    assert_nothing_lost(sim)
    assert ids == sim.sent_ids()
    assert [ended["code"] for ended in sim.state()["ended"]] == [1000] * (RECONNECTS + 1)
    assert daemon.log.count("Twitch orders a reconnect") == RECONNECTS
    assert daemon.log.count("handover done cause=reconnect") == RECONNECTS
    assert daemon.log.count("unbound_ms=0 ") == RECONNECTS


def test_an_order_to_move_right_after_the_move_is_followed(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4), "--reconnect-after", "0.5")
    daemon = start(sim)

    daemon.wait_log("Twitch orders a reconnect", count=6)
    sim.generate(0)
    daemon.wait_id(sim.sent_ids()[-1])

    assert daemon.drain() == sim.sent_ids()
    assert_nothing_lost(sim)


def test_a_reconnect_url_that_refuses_is_given_up_for_a_fresh_session(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4))
    daemon = start(sim)
    daemon.wait_lines(50)

    sim.fault("upgrade", status=503)
    sim.reconnect()
    wait_moved(sim, 0)
    sim.generate(0)
    daemon.wait_id(sim.sent_ids()[-1])

    assert daemon.drain() == sim.sent_ids()
    assert "a fresh session takes over" in daemon.log
    assert_nothing_lost(sim)


def test_a_challenge_that_is_wrong_is_given_up_for_a_fresh_session(start_sim, start):
    sim = start_sim("--rate", str(full_rate() // 4))
    daemon = start(sim)
    daemon.wait_lines(50)

    sim.reconnect(url=sim.facts["eventsub_url"] + "?challenge=wrong&id=wrong")
    wait_moved(sim, 1)  # the socket that was refused with 4007 ends first
    sim.generate(0)
    daemon.wait_id(sim.sent_ids()[-1])

    assert daemon.drain() == sim.sent_ids()
    assert_nothing_lost(sim)
    assert 4007 in [ended["code"] for ended in sim.state()["ended"]]
