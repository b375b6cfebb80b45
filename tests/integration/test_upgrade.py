"""The process that runs starts the one that goes on in its place: what only that one's child meets."""

import signal
import threading

import pytest

from control import Ctl
from programs import binary
from waiting import wait_for

CLAIM = "PATCH /helix/eventsub/conduits/shards"
CLAIM_MS = 5000  # the time to stop the other process in


@pytest.fixture
def ctl(tmp_path):
    return Ctl(tmp_path / "state")


def test_what_would_make_it_another_worker_is_refused(sim, start, ctl, tmp_path):
    config = tmp_path / "conduitd.yaml"
    config.write_text("name: one\n")
    holder = start(sim, CONDUITD_CONFIG=str(config))
    holder.wait_ready()
    config.write_text("name: two\n")  # its control socket has another path then

    done = ctl("upgrade")

    assert done.returncode == 1
    assert 'name has changed from "one" to "two"' in done.stderr
    sent = sim.emit()
    holder.wait_id(sent[0])
    assert len(sim.sessions()) == 1
    assert holder.drain() == sent


def test_the_holder_dies_and_its_stdout_goes_on(sim, start, ctl):
    holder = start(sim)
    holder.wait_ready()

    before = sim.calls(CLAIM)
    sim.fault(CLAIM, delay_ms=CLAIM_MS)
    upgrade = threading.Thread(target=lambda: ctl("upgrade"))
    upgrade.start()
    wait_for(lambda: sim.calls(CLAIM) > before, lambda: holder.log)
    holder.signal(signal.SIGSTOP)
    wait_for(lambda: holder.log.count("claim accepted") == 2, lambda: holder.log)
    holder.process.kill()
    upgrade.join()

    sent = sim.emit()
    holder.wait_id(sent[0])
    assert ctl("drain").returncode == 0
    holder.end()
    holder.raw_lines.remove(b"\n")  # after a death the last line might be torn
    assert holder.ids() == sent


def test_a_link_leads_to_the_program_that_stands_there_by_now(sim, start, ctl, tmp_path, monkeypatch):
    link = tmp_path / "link"
    link.symlink_to(binary("CONDUITD_BIN"))
    monkeypatch.setenv("CONDUITD_BIN", str(link))
    holder = start(sim)
    holder.wait_ready()
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\nexit 42\n")
    other.chmod(0o755)
    link.unlink()
    link.symlink_to(other)

    done = ctl("upgrade")

    assert "ended with exit code 42" in done.stderr
    assert holder.drain() == []
