"""The consumer at the other end of a daemon's stdout."""

import os
import re
import threading

MESSAGE_ID = re.compile(rb'"message_id":"([^"]+)","message_type":"(?:notification|revocation)"')
LATEST = 10_000  # among which a message is looked for


class IdConsumer:
    """Takes the daemon's lines as fast as they come and keeps their ids."""

    def __init__(self, pipe):
        self._ids = []
        self._thread = threading.Thread(target=self._run, args=(pipe,))
        self._thread.start()

    def _run(self, pipe):
        rest = b""
        while chunk := os.read(pipe, 1 << 16):
            whole, line_break, rest = (rest + chunk).rpartition(b"\n")
            self._ids += MESSAGE_ID.findall(whole)
        os.close(pipe)

    def has(self, message_id):
        return message_id.encode() in self._ids[-LATEST:]

    def ids(self):
        """All of them, once the daemon has ended."""
        self._thread.join()
        return [message_id.decode() for message_id in self._ids]
