"""What a service manager is told: readiness, status, the end, and that the loop turns."""

import os
import signal
import socket
import threading
import time

import pytest

from waiting import wait_for


class Manager:
    """The manager's end of NOTIFY_SOCKET: every message, with the time at which it came."""

    def __init__(self, name):
        self.name = str(name)
        self.messages = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if self.name.startswith("@") else self.name)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while message := self.socket.recv(4096):
            self.messages.append((time.monotonic(), message.decode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # An empty datagram ends the reader; a socket of this kind has no end of its own.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
            own.sendto(b"", self.socket.getsockname())
        self.reader.join()
        self.socket.close()

    @property
    def lines(self):
        return [line for _, message in self.messages for line in message.splitlines()]

    def times_of(self, line):
        return [at for at, message in self.messages if line in message.splitlines()]

    @property
    def status(self):
        """The last one, without its name."""
        return [line for line in self.lines if line.startswith("STATUS=")][-1:]

    def wait_line(self, start, count=1):
        wait_for(
            lambda: sum(line.startswith(start) for line in self.lines) >= count,
            lambda: f"{count} × {start}… in {self.lines}",
        )


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    name = tmp_path / "notify" if request.param == "path" else f"@{tmp_path}/notify"
    with Manager(name) as one:
        yield one


def test_ready_is_said_when_the_shard_is_held_and_the_end_when_it_begins(start, sim, manager):
    daemon = start(sim, NOTIFY_SOCKET=manager.name)
    daemon.wait_ready()
    manager.wait_line("READY=1")
    manager.wait_line("STATUS=ready: shard 0 of conduit ")
    assert manager.lines[0] == "STATUS=starting: the spool is read"
    assert "STOPPING=1" not in manager.lines

    daemon.signal(signal.SIGTERM)

    assert daemon.wait_exit() == 0
    manager.wait_line("STATUS=stopping: the spool is closed")
    assert (manager.lines.count("READY=1"), manager.lines.count("STOPPING=1")) == (1, 1)
    assert manager.lines.index("READY=1") < manager.lines.index("STOPPING=1")


def test_who_cannot_get_a_session_is_not_ready_and_says_so(start, sim, manager):
    sim.fault("upgrade", status=503, times=1000)
    daemon = start(sim, NOTIFY_SOCKET=manager.name, WATCHDOG_USEC="200000")
    daemon.wait_log("HTTP status 503")
    manager.wait_line("STATUS=not ready: no session")
    manager.wait_line("WATCHDOG=1", 5)  # its loop turns

    assert "READY=1" not in manager.lines
    daemon.signal(signal.SIGTERM)
    manager.wait_line("STOPPING=1")
    assert daemon.wait_exit() == 0


def test_a_stand_by_is_ready(start, sim, manager):
    start(sim).wait_ready()
    start(sim, CONDUITD_NAME="second", TWITCH_SHARD_ID="auto", NOTIFY_SOCKET=manager.name)

    manager.wait_line("READY=1")
    manager.wait_line("STATUS=standing by: others have the shards; ")


def test_a_process_that_ends_by_itself_says_so_too(start, sim, manager):
    read_end, write_end = os.pipe()
    daemon = start(sim, NOTIFY_SOCKET=manager.name, stdout=write_end)
    os.close(write_end)
    manager.wait_line("READY=1")

    os.close(read_end)
    sim.emit(count=5)

    assert daemon.wait_exit() == 75
    manager.wait_line("STOPPING=1")


def test_the_watchdog_starves_while_the_loop_is_stuck(start, sim, tmp_path):
    interval = 1.0
    with Manager(tmp_path / "notify") as manager:
        daemon = start(sim, NOTIFY_SOCKET=manager.name, WATCHDOG_USEC=str(int(interval * 1e6)))
        daemon.wait_ready()
        manager.wait_line("WATCHDOG=1", 4)

        daemon.signal(signal.SIGSTOP)
        stopped_at = time.monotonic()
        try:
            time.sleep(2 * interval)
        finally:
            daemon.signal(signal.SIGCONT)
            went_on_at = time.monotonic()
        manager.wait_line("WATCHDOG=1", len(manager.times_of("WATCHDOG=1")) + 2)

    fed = manager.times_of("WATCHDOG=1")
    margin = 0.2  # a message that was on its way
    assert not [at for at in fed if stopped_at + margin < at < went_on_at]
    before = [at for at in fed if at < stopped_at]
    assert max(b - a for a, b in zip(before, before[1:])) < interval


def test_a_watchdog_of_another_process_is_not_fed(start, sim, manager):
    daemon = start(sim, NOTIFY_SOCKET=manager.name, WATCHDOG_USEC="50000", WATCHDOG_PID="1")
    manager.wait_line("READY=1")

    daemon.signal(signal.SIGTERM)

    assert daemon.wait_exit() == 0
    assert "WATCHDOG=1" not in manager.lines


def test_a_manager_that_cannot_be_told_is_logged_once_and_told_later(start, sim, tmp_path):
    name = tmp_path / "notify"
    daemon = start(sim, NOTIFY_SOCKET=str(name))
    daemon.wait_ready()
    daemon.wait_log("the service manager cannot be told how we are: trying again")

    with Manager(name) as manager:
        manager.wait_line("READY=1")

    assert daemon.log.count("the service manager cannot be told") == 1


def test_a_socket_of_another_kind_is_said_and_nothing_else_suffers(start, sim):
    daemon = start(sim, NOTIFY_SOCKET="vsock:2:9999")

    daemon.wait_ready()
    assert "NOTIFY_SOCKET cannot be used" in daemon.log
