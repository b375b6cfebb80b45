"""The example consumers in config/consumers, as a user would start them."""

import os
import pathlib
import shutil
import subprocess

import pytest

from control import Ctl
from programs import Program
from waiting import wait_for

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "config/consumers"
LINES_MAX = 40


class Example(Program):
    """One of the examples; what it prints goes to a file."""

    def __init__(self, folder, command):
        folder.mkdir()
        self._out = folder / "out"
        with open(self._out, "wb") as out:
            environment = {"PATH": os.environ["PATH"]}
            super().__init__(command, environment, folder / "log", out)

    def text(self):
        return self._out.read_text(encoding="utf-8")

    def wait_text(self, text):
        wait_for(
            lambda: text in self.text(), lambda: f"{text!r} in {self.text()!r}; its log:\n{self.log}"
        )


def found(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def acking(which):
    """The command of an example with acks, and the name of its consumer."""
    if which == "python":
        return [found("python3"), EXAMPLES / "consumer.py"], "example-python"
    return [found("node"), EXAMPLES / "consumer.mjs"], "example-node"


@pytest.fixture
def socket_path(tmp_path):
    return tmp_path / "state" / "events-0.sock"


@pytest.fixture
def run(programs, tmp_path):
    count = 0

    def run_one(command):
        nonlocal count
        count += 1
        return programs.enter_context(Example(tmp_path / f"example-{count}", command))

    return run_one


def start_unix(sim, start):
    daemon = start(sim, CONDUITD_SINK_TYPE="unix")
    daemon.wait_ready()
    return daemon


@pytest.mark.parametrize("which", ["python", "node"])
def test_a_killed_consumer_goes_on_where_it_was(sim, start, run, socket_path, tmp_path, which):
    command, name = acking(which)
    ctl = Ctl(tmp_path / "state")
    daemon = start_unix(sim, start)
    first = run([*command, socket_path])
    sim.emit(text="one \u2028 line", type="channel.chat.message")
    first.wait_text("line")

    def is_acked():
        (worker,) = ctl.json("consumers", "list")["workers"]
        return [row["behind"] for row in worker["consumers"] if row["name"] == name] == [0]

    wait_for(is_acked, lambda: ctl("consumers", "list").stdout)
    first.kill()
    sim.emit(text="second", type="channel.chat.message")
    second = run([*command, socket_path])
    second.wait_text("second")

    assert "line" not in second.text()
    assert second.text().startswith("notification {")
    daemon.kill()


@pytest.mark.parametrize("which", ["python", "node"])
def test_a_consumer_outlives_the_daemon(sim, start, run, socket_path, which):
    command, _ = acking(which)
    example = run([*command, socket_path])  # before there is a daemon
    first = start_unix(sim, start)
    sim.emit(text="first", type="channel.chat.message")
    example.wait_text("first")
    first.kill()

    second = start_unix(sim, start)
    sim.emit(text="second", type="channel.chat.message")
    example.wait_text("second")

    assert example.is_running()
    second.kill()


@pytest.mark.parametrize("which", ["python", "node"])
def test_a_replaced_consumer_ends(sim, start, run, socket_path, which):
    command, name = acking(which)
    daemon = start_unix(sim, start)
    first = run([*command, socket_path])
    daemon.wait_log(f"consumer connected consumer={name}")

    run([*command, socket_path])

    assert first.wait_exit() == 1
    assert name in first.log
    daemon.kill()


def test_chat_is_text_from_the_socket(sim, start, run, socket_path):
    found("jq")
    if not shutil.which("socat"):
        found("nc")
    daemon = start_unix(sim, start)
    sim.emit(type="channel.follow")
    sim.emit(text="hello", type="channel.chat.message")

    example = run(["/bin/sh", EXAMPLES / "chat.sh", socket_path])

    example.wait_text(": hello\n")
    assert example.text().startswith("#")
    assert len(example.text().splitlines()) == 1
    daemon.drain()


def test_chat_is_text_from_stdout(sim, start, tmp_path):
    found("jq")
    out = tmp_path / "chat"
    with open(out, "wb") as file:
        chat = subprocess.Popen(["/bin/sh", EXAMPLES / "chat.sh"], stdin=subprocess.PIPE, stdout=file)
    with chat, chat.stdin:
        daemon = start(sim, stdout=chat.stdin)
        daemon.wait_ready()
        sim.emit(text="hello", type="channel.chat.message")
        wait_for(lambda: b": hello\n" in out.read_bytes(), "the message")
        daemon.kill()


@pytest.mark.parametrize("name", ["consumer.py", "consumer.mjs"])
def test_the_examples_are_short(name):
    assert len((EXAMPLES / name).read_text().splitlines()) < LINES_MAX
