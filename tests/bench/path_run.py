"""One run of a reader against the load generator, and what it cost."""

import contextlib
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

_CORES = sorted(os.sched_getaffinity(0))
# The reader has its cores to itself: neither who sends to it nor who counts its lines takes them.
OTHERS_CORES, READER_CORES = (_CORES[:1], _CORES[1:]) if len(_CORES) > 1 else (_CORES, _CORES)


def pinned_to(cores):
    """A command that becomes another one, on these cores from its first instruction."""
    return ["taskset", "-c", ",".join(map(str, cores))]


def cpu_seconds(pid):
    """User and system time of a process, with all its threads, until now."""
    of_process = (~pid << 3) | 2  # as clock_getcpuclockid(3) makes it
    return time.clock_gettime_ns(of_process) / 1e9


def peak_bytes(pid):
    """The most memory a process had resident. (What wait4() tells is that of its parent, if more.)"""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


class LoadGenerator:
    """Plays Twitch to the reader, and sends the events when it is told to."""

    def __init__(self, wishes, folder):
        self.certificate = folder / "ca.pem"
        self._process = subprocess.Popen(
            [
                *pinned_to(OTHERS_CORES),
                pathlib.Path(wishes.tools) / "load_generator",
                f"--events={wishes.events}",
                f"--frame-bytes={wishes.frame_bytes}",
                f"--record-bytes={wishes.record_bytes}",
                f"--certificate-file={self.certificate}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.facts = self.wait_for("port")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def wait_for(self, key):
        """The next of its reports that has `key`."""
        for line in self._process.stdout:
            report = json.loads(line)
            if key in report:
                return report
        raise SystemExit(f"the load generator ended without saying {key!r}")

    def start(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def environment(self, state_dir):
        return {
            "CONDUITD_TWITCH_ID_URL": self.facts["id_url"],
            "CONDUITD_TWITCH_HELIX_URL": self.facts["helix_url"],
            "CONDUITD_TWITCH_EVENTSUB_URL": self.facts["eventsub_url"],
            "CONDUITD_TWITCH_CA_FILE": str(self.certificate),
            "CONDUITD_STATE_DIR": str(state_dir),
            "TWITCH_CLIENT_ID": self.facts["client_id"],
            "TWITCH_CLIENT_SECRET": "any",
            "TWITCH_SHARD_ID": "0",
        }


class Drain:
    """Counts what comes out of the reader."""

    def __init__(self, wishes):
        read_end, self.write_end = os.pipe()
        self._process = subprocess.Popen(
            [*pinned_to(OTHERS_CORES), pathlib.Path(wishes.tools) / "drain", str(wishes.events)],
            stdin=read_end,
            stdout=subprocess.PIPE,
            text=True,
        )
        os.close(read_end)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdout.close()
        self._process.wait()

    def wait_for_all(self):
        """Until so many events have come as were sent; when some are lost, for a minute."""
        select.select([self._process.stdout], [], [], 60)

    def end(self):
        """What it has counted, once the reader has ended."""
        return [json.loads(line) for line in self._process.stdout][-1]


def end(process, signal):
    """Ends it; its exit code, and its CPU seconds from start to end."""
    process.send_signal(signal)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def measure(wishes, generator, drain, reader, expected_exit, writes=True):
    """Sends the events to a reader that is ready; a row of the table."""
    cpu_before = cpu_seconds(reader.pid)
    begin = time.monotonic()
    generator.start()
    sent = generator.wait_for("sent")
    if writes:
        drain.wait_for_all()
    seconds = time.monotonic() - begin
    peak = peak_bytes(reader.pid)
    code, cpu = end(reader, 15)
    assert code == expected_exit, f"the reader ended with {code}"
    counted = drain.end()
    return {
        "events_per_second": wishes.events / seconds,
        "cpu_us": (cpu - cpu_before) / wishes.events * 1e6,
        "peak_mb": peak / 1e6,
        "generator_us": sent["cpu_seconds"] / sent["sent"] * 1e6,
        "generator_blocked": sent["blocked_seconds"] / sent["seconds"],
        "lost": wishes.events - (counted["events"] - counted["repeated"]),
        "doubled": counted["repeated"],
        "other_lines": counted["others"],
    }


def run_floor(wishes, *options):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        generator = stack.enter_context(LoadGenerator(wishes, folder))
        drain = stack.enter_context(Drain(wishes))
        reader = subprocess.Popen(
            [
                *pinned_to(READER_CORES),
                pathlib.Path(wishes.tools) / "floor",
                str(generator.facts["port"]),
                *options,
            ],
            stdout=drain.write_end,
        )
        os.close(drain.write_end)
        generator.wait_for("session")
        return measure(wishes, generator, drain, reader, -15, "--only-read" not in options)


def run_conduitd(wishes, settings):
    os.environ["CONDUITD_BIN"] = wishes.conduitd
    from programs import Conduitd

    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        generator = stack.enter_context(LoadGenerator(wishes, folder))
        drain = stack.enter_context(Drain(wishes))
        environment = generator.environment(folder / "state") | settings
        daemon = stack.enter_context(
            Conduitd(folder, environment, stdout=drain.write_end, prefix=pinned_to(READER_CORES))
        )
        os.close(drain.write_end)
        daemon.wait_ready()
        return measure(wishes, generator, drain, daemon.process, 0)
