"""Levels of load and of the slowest consumer's backlog, and the hooks that follow them."""

import json
import os
import signal
import threading

import pytest

from waiting import wait_for

# Far apart, so that neither a swing of the rate nor a late timer of a busy machine is a change.
LOAD = {
    "CONDUITD_LOAD_CAPACITY": "100",
    "CONDUITD_LOAD_AVAILABLE": "10%",
    "CONDUITD_LOAD_HIGH": "20%",
    "CONDUITD_LOAD_ENTER_AFTER": "1",
    "CONDUITD_LOAD_LEAVE_AFTER": "1",
}


class Hook:
    """A command that keeps what it is told, and the environment it has."""

    def __init__(self, folder):
        self._news = folder / "news"
        self._environment = folder / "environment"
        self.command = f"cat >> {self._news}; env >> {self._environment}; echo said by the hook"

    def news(self):
        text = self._news.read_text() if self._news.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def environment(self):
        return self._environment.read_text()


@pytest.fixture
def hook(tmp_path):
    return Hook(tmp_path)


def of_type(lines, message_type):
    return [line for line in lines if line["metadata"]["message_type"] == message_type]


def level_of(lines):
    return lines[-1]["payload"]["level"] if lines else None


def wait_level(read, level):
    wait_for(lambda: level_of(read()) == level, lambda: f"{level}: {read()}")


def read_to_end(descriptor):
    while os.read(descriptor, 65536):
        pass
    os.close(descriptor)


def test_load_is_told_in_the_stream_and_to_the_hook(sim, start, hook):
    daemon = start(sim, **LOAD, CONDUITD_HOOKS_LOAD=hook.command)
    daemon.wait_ready()

    for rate, level in ((50, "high"), (400, "overload"), (0, "available")):
        sim.generate(rate)
        wait_level(hook.news, level)
    assert daemon.drain() == sim.sent_ids()

    told = of_type(daemon.lines(), "conduitd.load")
    assert level_of(told) == "available"
    assert all("seq" not in line and line["shard_id"] == "0" for line in told)
    before = "available"
    for line in told:
        assert line["payload"]["previous"] == before
        before = line["payload"]["level"]
    # Of several changes during one run the hook is told the last.
    assert [line for line in told if line in hook.news()] == hook.news()
    assert "load: the load has another level level=overload" in daemon.log


def test_a_hook_has_neither_secrets_nor_our_stdout(sim, start, hook):
    daemon = start(sim, **LOAD, CONDUITD_HOOKS_LOAD=hook.command)
    daemon.wait_ready()
    sim.generate(400)
    daemon.wait_log("a hook was run hook=load")
    daemon.drain()

    assert "CONDUITD_HOOK=load\n" in hook.environment()
    assert sim.facts["client_secret"] not in hook.environment()
    assert "said by the hook" in daemon.log
    assert "said by the hook" not in daemon.text()


def test_a_hook_that_ignores_term_ends_with_the_daemon(sim, start, tmp_path):
    pid_file = tmp_path / "pid"
    command = f"trap '' TERM; echo $$ > {pid_file}; while :; do sleep 1000; done"
    daemon = start(sim, **LOAD, CONDUITD_HOOKS_LOAD=command)
    daemon.wait_ready()
    sim.generate(400)
    wait_for(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "the hook")

    daemon.drain()

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert "a hook failed hook=load" in daemon.log


def test_a_hook_that_fails_is_said_and_hurts_nobody(sim, start):
    daemon = start(sim, **LOAD, CONDUITD_HOOKS_LOAD="exit 3")
    daemon.wait_ready()
    sim.generate(400)

    daemon.wait_log('a hook failed hook=load level=overload reason="exit code 3"')

    assert daemon.drain() == sim.sent_ids()


def test_backlog_of_a_reader_that_stalls_is_told_to_its_hook(sim, start, hook):
    reader, writer = os.pipe()
    daemon = start(
        sim,
        CONDUITD_BACKLOG_MAX_AGE="1",
        CONDUITD_LOAD_ENTER_AFTER="0",
        CONDUITD_LOAD_LEAVE_AFTER="1",
        CONDUITD_HOOKS_BACKLOG=hook.command,
        stdout=writer,
    )
    os.close(writer)
    daemon.wait_ready()

    sim.emit(count=100, pad_bytes=10_000)
    wait_level(hook.news, "overload")
    thread = threading.Thread(target=read_to_end, args=[reader])
    thread.start()
    wait_level(hook.news, "available")
    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    thread.join()
    news = hook.news()
    assert news == of_type(news, "conduitd.backlog")
    assert news[0]["payload"]["consumer"]
    assert "the slowest consumer's backlog has another level level=overload" in daemon.log
