"""Sessions that are lost: a fresh one takes over, and what was received comes out."""

import re
import time

import pytest

from waiting import wait_for


def assert_goes_on(sim, daemon):
    """New messages come out, and what came out is what was written to sessions."""
    (last,) = sim.emit()
    daemon.wait_id(last)
    assert daemon.drain() == sim.sent_ids()


@pytest.mark.parametrize("code", [*range(4000, 4008), 1000, 1001, 1011, 1012])
def test_after_any_close_code_the_shard_is_claimed_again(sim, start, code):
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()
    sim.emit(count=20)

    sim.close(code=code, reason="as the test wants it")
    sim.wait_replaced(lost)

    daemon.wait_log(f"code={code}")
    assert_goes_on(sim, daemon)


def test_after_a_tcp_reset_the_shard_is_claimed_again(sim, start):
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()
    (received,) = sim.emit()
    daemon.wait_id(received)

    sim.close(how="reset")
    sim.wait_replaced(lost)

    daemon.wait_log("reason=session_cut")
    assert_goes_on(sim, daemon)
    (gap,) = [line for line in daemon.lines() if line["metadata"]["message_type"] == "conduitd.gap"]
    payload = gap["payload"]
    assert (payload["reason"], payload["shard_id"]) == ("session_cut", "0")
    assert payload["since"] < payload["until"] <= gap["received_at"]
    assert payload["sequences"] is payload["bytes"] is None
    assert gap["seq"] == 2  # between what came before and what came after


def test_the_log_says_how_long_the_shard_was_unbound(sim, start):
    """From the detection of the loss to the claim that was accepted."""
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()

    sim.close(code=4000)
    sim.wait_replaced(lost)
    daemon.wait_log("may be missing")

    log = daemon.log[daemon.log.index("code=4000") :]
    accepted, done = log.index("claim accepted"), log.index("handover done cause=loss")
    assert accepted < done
    took, unbound = re.search(r"took_ms=(\d+) unbound_ms=(\d+)", log[done:]).groups()
    (gap,) = re.findall(r"may be missing.* reason=session_closed shard=0 gap_ms=(\d+)", log)
    assert took == unbound == gap
    assert_goes_on(sim, daemon)


@pytest.mark.parametrize("how", ["stall", "freeze"])
def test_a_silent_session_is_replaced(start_sim, start, how):
    sim = start_sim("--keepalive", "1")
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()

    sim.stall() if how == "stall" else sim.close(how="freeze")
    sim.wait_replaced(lost)

    daemon.wait_log("silence beyond its keepalive timeout")
    assert_goes_on(sim, daemon)


def test_keepalives_alone_keep_a_session(start_sim, start):
    sim = start_sim("--keepalive", "3", "--ping-period", "0.2")
    daemon = start(sim)
    daemon.wait_ready()
    session = sim.wait_one_session()

    begin = time.monotonic()
    wait_for(lambda: time.monotonic() - begin > 8, "twice the timeout goes by")

    assert sim.wait_one_session() == session
    daemon.drain()


@pytest.mark.parametrize(
    "match, effect",
    [
        ("upgrade", {"status": 503}),
        ("upgrade", {"status": 503, "times": 3}),
        ("upgrade", {"drop": "before"}),
        ("PATCH /helix/eventsub/conduits/shards", {"status": 500}),
        ("PATCH /helix/eventsub/conduits/shards", {"status": 503, "body": "<html>busy</html>"}),
        ("PATCH /helix/eventsub/conduits/shards", {"drop": "before"}),
        ("PATCH /helix/eventsub/conduits/shards", {"drop": "after"}),
        ("PATCH /helix/eventsub/conduits/shards", {"delay_ms": 4000}),
        ("PATCH /helix/eventsub/conduits/shards", {"status": 401}),
        ("GET /helix/eventsub/conduits", {"status": 502, "times": 2}),
        ("GET /helix/eventsub/conduits", {"drop": "after"}),
        ("POST /oauth2/token", {"status": 503, "times": 2}),
        ("POST /oauth2/token", {"drop": "before"}),
        ("GET /oauth2/validate", {"status": 500}),
    ],
    ids=str,
)
def test_a_start_gets_through_faults(sim, start, match, effect):
    sim.create_conduit(1)
    sim.fault(match, **effect)

    daemon = start(sim)
    daemon.wait_ready()

    assert_goes_on(sim, daemon)


def test_a_claim_that_fails_after_a_loss_is_repeated(sim, start):
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()

    sim.fault("PATCH /helix/eventsub/conduits/shards", status=500, times=2)
    sim.close(code=4000)
    sim.wait_replaced(lost)

    assert daemon.log.count("claim failed") == 2
    assert_goes_on(sim, daemon)


def test_a_conduit_that_vanishes_later_ends_nothing(sim, start):
    """The claim after the loss is answered with 404; it is tried again until it holds."""
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()

    sim.fault("PATCH /helix/eventsub/conduits/shards", status=404)
    sim.close(code=4000)
    daemon.wait_log("degraded")
    sim.wait_replaced(lost)

    assert_goes_on(sim, daemon)


def test_a_session_that_was_not_welcomed_in_time_is_given_up(sim, start):
    sim.fault("welcome", delay_ms=3_600_000)
    daemon = start(sim)

    daemon.wait_log("session silent before it was bound")
    daemon.wait_ready()

    assert_goes_on(sim, daemon)


def test_after_429_at_the_upgrade_the_next_dial_waits(sim, start):
    sim.fault("upgrade", status=429)
    daemon = start(sim)

    daemon.wait_log("HTTP status 429")
    daemon.wait_log("dialling a session", count=2)
    daemon.wait_ready()

    took_ms = int(daemon.log.partition("worker: ready ")[2].split("took_ms=")[1].split()[0])
    assert took_ms >= 15_000
    assert_goes_on(sim, daemon)
