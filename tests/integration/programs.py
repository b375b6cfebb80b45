"""The real programs as child processes, in a clean environment, ended by pid."""

import functools
import json
import mmap
import os
import re
import signal
import subprocess
import threading

from waiting import TIMEOUT, wait_for

# What makes a report of a sanitizer recognisable, whichever of them the build has.
_SANITIZER_REPORT = re.compile(r"Sanitizer:|runtime error:")
_PASSED_ON = ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")

# Events per second under which a build has half of its time to spare, by what is compiled into it.
_RATES = {b"__tsan_init": 200, b"__asan_init": 400}
_RATE = 2000

OWN_LINE = "conduitd."  # message types of the daemon's own lines begin with it


def binary(variable):
    """The path that ctest gives in `variable`."""
    path = os.environ.get(variable)
    assert path, f"set {variable} to the path of the program, as ctest does"
    return path


@functools.cache
def slowing_sanitizer():
    """The mark of the sanitizer that the daemon is built with, or None."""
    with open(binary("CONDUITD_BIN"), "rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            return next((mark for mark in _RATES if text.find(mark) >= 0), None)


def full_rate():
    """Events per second that put the daemon under load: 2,000, less where a sanitizer slows it."""
    return _RATES.get(slowing_sanitizer(), _RATE)


class Program:
    """A child process whose stderr goes to a file; `with` ends it."""

    def __init__(self, arguments, environment, log_path, stdout):
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.log_path = log_path
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                env={**kept, **environment},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=log,
            )
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        assert not _SANITIZER_REPORT.search(self.log), self.log

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self, timeout=TIMEOUT):
        """The exit code, once the program has ended by itself."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {timeout:g} s; its log:\n{self.log}") from None

    def wait_log(self, text, count=1, timeout=TIMEOUT):
        """Waits until the log has `text` so many times; fails at once when the program ends before."""

        def has_come():
            is_over = not self.is_running()
            if self.log.count(text) >= count:
                return True
            assert not is_over, f"ended without saying {text!r}; its log:\n{self.log}"
            return False

        wait_for(has_come, lambda: f"{count} × {text!r} in the log:\n{self.log}", timeout)

    def kill(self):
        if self.is_running():
            self.process.kill()
        self.process.wait()


class Conduitd(Program):
    """The daemon. Its stdout is read as it comes, unless the test brings a descriptor of its own.

    `prefix` is a command that becomes the daemon, such as one that changes its surroundings.
    """

    def __init__(self, folder, environment, arguments=(), stdout=subprocess.PIPE, prefix=()):
        command = [*prefix, binary("CONDUITD_BIN"), *arguments]
        super().__init__(command, environment, folder / "log", stdout)
        self.raw_lines = []
        self._reader = None
        if stdout == subprocess.PIPE:
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()

    def _read(self):
        with self.process.stdout as pipe:
            for line in pipe:
                self.raw_lines.append(line)

    def kill(self):
        super().kill()
        if self._reader:
            self._reader.join()

    def wait_ready(self):
        self.wait_log("worker: ready")

    def wait_lines(self, count, timeout=TIMEOUT):
        def has_come():
            is_over = not self.is_running()
            if len(self.raw_lines) >= count:
                return True
            assert not is_over, f"ended after {len(self.raw_lines)} lines; its log:\n{self.log}"
            return False

        wait_for(
            has_come, lambda: f"{count} lines, {len(self.raw_lines)} came; log:\n{self.log}", timeout
        )

    def wait_caught_up(self, sim):
        """Waits until next to nothing that Twitch has sent off is still on its way."""

        def sent_off():
            state = sim.state()
            return state["sent"] + state["queued"]

        wait_for(
            lambda: len(self.raw_lines) >= sent_off() - 100,
            lambda: f"{len(self.raw_lines)} of {sent_off()} lines came",
        )

    def wait_id(self, message_id):
        """Waits until the message of that id has come out."""
        wanted = message_id.encode()
        seen = 0

        def has_come():
            nonlocal seen
            lines = self.raw_lines[seen:]
            seen += len(lines)
            return any(wanted in line for line in lines)

        wait_for(has_come, lambda: f"message {message_id}; log:\n{self.log}")

    def drain(self):
        """TERM, and everything read; the exit code has to be that of a clean stop."""
        self.signal(signal.SIGTERM)
        code = self.wait_exit()
        self._reader.join()
        assert code == 0, self.log
        return self.ids()

    def end(self):
        """The exit code of a program that ends by itself, with everything read."""
        code = self.wait_exit()
        if self._reader:
            self._reader.join()
        return code

    def text(self):
        """Everything on stdout; complete once the program has ended."""
        return b"".join(self.raw_lines).decode()

    def lines(self):
        return parse_lines(self.raw_lines)

    def ids(self):
        return ids_of(self.lines())


def parse_lines(raw_lines):
    """The lines as objects. Each is one JSON object and whole."""
    lines = []
    for raw in list(raw_lines):
        assert raw.endswith(b"\n"), f"a torn line: {raw[-80:]!r}"
        lines.append(json.loads(raw))
    return lines


def ids_of(lines):
    """The ids of Twitch's messages, in order; the daemon's own lines are left out."""
    metadata = [line["metadata"] for line in lines]
    return [row["message_id"] for row in metadata if not row["message_type"].startswith(OWN_LINE)]
