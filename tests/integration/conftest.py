"""Fixtures: a simulator, and daemons that work against it. All of them end with the test."""

import contextlib

import pytest

from other_twitch import OtherTwitch
from programs import Conduitd
from twitch_sim import TwitchSim


@pytest.fixture
def programs():
    """Ends, last one first, what is entered into it."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def start_sim(programs, tmp_path):
    return lambda *arguments: programs.enter_context(TwitchSim(tmp_path, *arguments))


@pytest.fixture
def sim(start_sim):
    """A simulator that sends only what the test asks for."""
    return start_sim()


@pytest.fixture
def start(programs, tmp_path):
    """Starts a daemon: start(twitch, NAME="value", arguments=[…], stdout=…).

    A variable that is None is left out. All daemons of a test share the state folder.
    """
    count = 0

    def start_one(twitch, arguments=(), **rest):
        nonlocal count
        count += 1
        folder = tmp_path / f"conduitd-{count}"
        folder.mkdir()
        variables = twitch.environment(tmp_path / "state")
        variables.update({name: rest.pop(name) for name in list(rest) if name.isupper()})
        environment = {name: text for name, text in variables.items() if text is not None}
        return programs.enter_context(Conduitd(folder, environment, arguments, **rest))

    return start_one


@pytest.fixture
def twitch(programs):
    """The second implementation."""
    return programs.enter_context(OtherTwitch())
