"""Kills of a daemon under load, whose consumer acks and is itself killed at random."""

import json
import pathlib
import random
import threading
import time

from losses import GAP, missing_tails
from programs import OWN_LINE
from unix_consumer import UnixConsumer
from waiting import wait_for

NAME = "bot"
# Of the daemon: what it reads ahead, and the batch that a turn of its loop makes.
READER_BYTES = 128 * 1024 + 1024 * 1024
FRAME_BYTES_MIN = 500  # of the simulator's messages


class MortalConsumer:
    """A bot that acks what it has, and is killed now and then with what it has not acked.

    A killed bot knows what it acked, and nothing else. Use it with `with`: it lives on a thread.
    """

    def __init__(self, path, seed):
        self._path = path
        self._random = random.Random(seed)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failure = None
        self._is_over = False
        self._daemon = None  # the process that it was connected to
        self._acked = 0
        self._pending = {}  # id -> sequence and time received, not acked
        self.taken = {}  # the same, acked; in the order they came
        self.gaps = []
        self.deaths = 0
        self.repeats = 0  # records that came again
        self.is_mortal = True

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join()

    def check(self):
        """Raises what the thread ended with."""
        if self._failure:
            raise self._failure

    def wait_taken(self, message_id):
        def has_it():
            self.check()
            return message_id in self.taken

        wait_for(has_it, lambda: f"{message_id}; acked: {self._acked}, of {len(self.taken)} messages")

    def _run(self):
        try:
            while not self._is_over:
                connection = UnixConsumer.try_connect(self._path)
                if connection is None:
                    time.sleep(0.01)  # until a daemon is there
                    continue
                try:
                    with connection:
                        self._live(connection)
                except ConnectionError:
                    pass  # the daemon was killed
        except Exception as failure:  # it is the test's
            self._failure = failure

    def _live(self, connection):
        last = self._introduce(connection)
        lines_left = int(10 ** self._random.uniform(0, 3.7))  # short lives and long ones
        ack_every = self._random.choice([1, 10, 100, 1000])
        while connection.is_open and not self._is_over:
            connection.read(0.02)
            lines, connection.raw_lines = connection.raw_lines, []
            is_mortal = self.is_mortal  # it may change meanwhile
            if is_mortal:
                lines = lines[:lines_left]
                lines_left -= len(lines)
            for raw in lines:
                last = self._take(json.loads(raw), last)
                if len(self._pending) >= ack_every or not is_mortal:
                    self._ack(connection, last)
            if lines_left == 0 and is_mortal:
                self.deaths += 1
                return

    def _introduce(self, connection):
        """Says hello; the sequence that everything has to be above.

        What it acked is its own for good, whether it says so once more or, where the daemon has not
        been killed meanwhile, leaves that to the daemon.
        """
        is_same = self._daemon == connection.peer_pid()
        self._daemon = connection.peer_pid()
        self.repeats += len(self._pending)
        self._pending = {}
        wishes = {"consumer": NAME, "ack": True}
        if not is_same or self._random.random() < 0.5:
            wishes["after"] = self._acked
        answer = connection.hello(**wishes)
        assert answer["next"] > self._acked, f"{answer}: {self._acked} was acked"
        return self._acked

    def _take(self, line, last):
        metadata = line["metadata"]
        if metadata["message_type"] == GAP:
            self.gaps.append(line["payload"])
        if "seq" not in line:
            assert metadata["message_type"].startswith(OWN_LINE), line
            return last
        assert line["seq"] > last, f"{line} after {last}, {self._acked} was acked"
        if not metadata["message_type"].startswith(OWN_LINE):
            self._pending[metadata["message_id"]] = (line["seq"], line["received_at"])
        return line["seq"]

    def _ack(self, connection, sequence):
        connection.ack(sequence)
        self._acked = sequence
        doubled = self.taken.keys() & self._pending.keys()
        assert not doubled, f"acked before: {doubled}"
        self.taken.update(self._pending)
        self._pending = {}


def tail_max():
    """Messages of a session that a kill may take: what the kernel's buffers for both ends of a
    connection hold, and the daemon's for what it has read."""
    kernel_bytes = 0
    for name in ("tcp_rmem", "tcp_wmem"):
        text = pathlib.Path("/proc/sys/net/ipv4", name).read_text()
        kernel_bytes += int(text.split()[2])
    return (kernel_bytes + READER_BYTES) // FRAME_BYTES_MIN


def run_kills(sim, start, path, kills, seed):
    """Starts and kills daemons while `sim` sends; then one more, which ends well.

    `start` makes a daemon whose consumers come to `path`. Fails, with the seed, when more than the
    tails of sessions is missing, or anything came twice or out of order. Answers the figures.
    """
    try:
        return _run_kills(sim, start, path, kills, random.Random(seed))
    except AssertionError as failure:
        raise AssertionError(f"seed {seed}: {failure}") from failure


def _run_kills(sim, start, path, kills, chance):
    with MortalConsumer(path, chance.random()) as consumer:
        for _ in range(kills):
            daemon = start()
            if chance.random() < 0.8:
                daemon.wait_ready()
            time.sleep(chance.uniform(0, 0.8))  # any moment will do
            daemon.kill()
            consumer.check()
        last = start()
        last.wait_ready()
        consumer.is_mortal = False
        final = sim.end_events()
        consumer.wait_taken(final)
        last.drain()

    sent = sim.sent_ids()
    taken = consumer.taken
    order = list(taken)
    assert order == [message_id for message_id in sent if message_id in taken], "order"
    sequences = [sequence for sequence, _ in taken.values()]
    assert sequences == sorted(set(sequences)), "sequences"
    received = {message_id: at for message_id, (_, at) in taken.items()}
    tails = missing_tails(sim, received, consumer.gaps)
    longest = max(tails.values(), default=0)
    assert longest <= tail_max(), f"{longest} messages of a session are missing"
    return {
        "kills of the daemon": kills,
        "kills of the consumer": consumer.deaths,
        "messages sent": len(sent),
        "acked": len(taken),
        "came again": consumer.repeats,
        "sessions with a tail missing": len(tails),
        "longest tail": longest,
        "missing": sum(tails.values()),
        "gaps told": len(consumer.gaps),
    }
