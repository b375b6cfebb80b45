"""Fixtures: a simulator whose time runs fast, and clients that work byte by byte."""

import contextlib

import pytest

from raw_client import RawClient, RawHttp

# Limits that are not what a test is about do not get in its way, however slow the machine is.
QUIET = ("--ping-period", "0", "--unused-limit", "3600")


@pytest.fixture
def start_sim(start_sim):
    """One without a conduit: these tests make their own."""
    return lambda *arguments: start_sim("--conduit", "0", *arguments)


@pytest.fixture
def quiet_sim(start_sim):
    """A simulator without pings and without 4003; more arguments may be given."""
    return lambda *arguments: start_sim(*QUIET, *arguments)


@pytest.fixture
def sim(quiet_sim):
    return quiet_sim()


@pytest.fixture
def dial():
    """Opens a WebSocket, and reads no more than the answer to its upgrade."""
    with contextlib.ExitStack() as stack:

        def open_one(sim, target="/ws", **rest):
            client = RawClient(sim.facts["listening"], target, **rest)
            stack.callback(client.socket.close)
            return client

        yield open_one


@pytest.fixture
def connect(dial):
    """Opens a WebSocket and reads its welcome."""
    return lambda sim, target="/ws", **rest: dial(sim, target, **rest).read_head().welcome()


@pytest.fixture
def follow(dial):
    """Opens a WebSocket at the URL of a session_reconnect, exactly as it is given."""

    def open_at(url):
        scheme, rest = url.split("://", 1)
        assert scheme == "ws"
        cut = min(at for at in (rest.find("/"), rest.find("?"), len(rest)) if at >= 0)
        target = rest[cut:] if rest[cut:].startswith("/") else "/" + rest[cut:]

        class At:
            facts = {"listening": rest[:cut]}

        return dial(At, target)

    return open_at


@pytest.fixture
def http_of():
    """HTTP calls as the client that a simulator made up."""
    return lambda sim: RawHttp(
        sim.facts["listening"], sim.facts["client_id"], sim.facts["client_secret"]
    )


@pytest.fixture
def api(sim, http_of):
    return http_of(sim)


@pytest.fixture
def bound(sim, api, connect):
    """A client whose session is shard 0 of a conduit of one; the conduit's id is in `conduit`."""
    client = connect(sim)
    client.conduit = api.create_conduit()
    api.bind(client.conduit, client)
    return client
