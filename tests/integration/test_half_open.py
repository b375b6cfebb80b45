"""A peer that vanishes without a word: no FIN, no reset, and nothing is acknowledged any more.

The programs run in a network namespace of the test's own, where the packets of one connection can
be thrown away. That takes the right to make one: without it this file is skipped, which ctest says.
"""

import re
import subprocess

import pytest

from own_network import own_network, vanish, why_not
from waiting import wait_for

if reason := why_not("ss"):
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(autouse=True)
def network():
    with own_network():
        yield


def ports(daemon):
    """The local ports of the daemon's connections."""
    rows = subprocess.run(["ss", "-tnpH"], capture_output=True, text=True, check=True).stdout
    ours = [row.split()[3] for row in rows.splitlines() if re.search(rf"pid={daemon.pid}\b", row)]
    return [address.rpartition(":")[2] for address in ours]


def test_a_session_whose_peer_vanished_is_replaced_and_given_up(start_sim, start):
    sim = start_sim("--keepalive", "1")
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()
    (old,) = wait_for(lambda: len(ports(daemon)) == 1 and ports(daemon), "the session's port alone")

    vanish(old)
    sim.wait_replaced(lost)
    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    wait_for(lambda: ports(daemon) and old not in ports(daemon), "the old socket is given up")

    daemon.wait_log("silence beyond its keepalive timeout")
    assert daemon.drain() == [message_id]


def test_a_peer_that_vanishes_during_a_reconnect_is_given_up_too(start_sim, start):
    sim = start_sim("--keepalive", "1", "--reconnect-id", "fresh")
    daemon = start(sim)
    daemon.wait_ready()
    lost = sim.wait_one_session()
    (old,) = wait_for(lambda: len(ports(daemon)) == 1 and ports(daemon), "the session's port alone")

    sim.fault("welcome", delay_ms=300)
    sim.reconnect()
    daemon.wait_log("dialling the reconnect URL")
    vanish(old)
    sim.wait_replaced(lost)
    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    wait_for(lambda: ports(daemon) and old not in ports(daemon), "the old socket is given up")

    assert daemon.drain() == [message_id]
