"""A consumer with a name that acknowledges what it takes, and comes back when the worker went."""

import threading
import time

from losses import GAP
from unix_consumer import UnixConsumer
from waiting import wait_for


class Follower:
    """Reads in a thread of its own, from start to stop()."""

    def __init__(self, path, name="bot"):
        self._path = path
        self._name = name
        self._is_over = threading.Event()
        self._acked = 0
        self.lines = []
        self.longest_pause = 0.0  # between two reads that brought something, in seconds
        self._read_at = None
        self.failure = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def stop(self):
        self._is_over.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def ids(self):
        """Ids of Twitch's messages, in the order in which they came."""
        return [line["metadata"]["message_id"] for line in list(self.lines)
                if not line["metadata"]["message_type"].startswith("conduitd.")]

    def gaps(self):
        return [line["payload"] for line in list(self.lines)
                if line["metadata"]["message_type"] == GAP]

    def _follow(self):
        try:
            while not self._is_over.is_set():
                connected = UnixConsumer.try_connect(self._path)
                if connected is None:
                    self._is_over.wait(0.05)
                    continue
                with connected:
                    self._take(connected)
        except Exception as error:  # told by stop()
            self.failure = error

    def _take(self, connected):
        try:
            # What it has acked it has, whether the worker read that or was gone by then.
            after = {"after": self._acked} if self._acked else {}
            connected.hello(consumer=self._name, ack=True, **after)
            while connected.is_open and not self._is_over.is_set():
                connected.read(0.1)
                lines = connected.lines()
                connected.raw_lines.clear()
                self.lines += lines
                if lines:
                    now = time.monotonic()
                    if self._read_at:
                        self.longest_pause = max(self.longest_pause, now - self._read_at)
                    self._read_at = now
                sequences = [line["seq"] for line in lines if "seq" in line]
                if sequences:
                    self._acked = sequences[-1]
                    connected.ack(self._acked)
        except (BrokenPipeError, ConnectionError):
            pass  # the worker went away; what was not acked comes again


def wait_all(sim, followers):
    """Stops the load; what Twitch has sent and no consumer has, when all has been waited for."""
    sim.generate(0)
    wait_for(lambda: sim.state()["queued"] == 0, "all is written")
    received = lambda: {name for each in followers for name in each.ids()}  # noqa: E731
    wait_for(lambda: set(sim.sent_ids()) <= received(),
             lambda: f"{len(set(sim.sent_ids()) - received())} events are missing")
    ledger = sim.state()
    assert ledger["lost"] + ledger["dropped"] == 0, ledger
    return received()
