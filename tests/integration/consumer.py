"""A consumer at the daemon's Unix socket, as a bot is one."""

import json
import socket
import threading

from programs import OWN_LINE
from waiting import wait_for


class Consumer:
    """Reads lines on a thread of its own; `with` closes it."""

    def __init__(self, connection, hello=None):
        self._socket = connection
        self.hello = None  # the answer to ours
        self.lines = []  # those with a seq, and the daemon's own
        self.has_ended = False
        if hello is not None:
            self.say({"hello": hello})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @classmethod
    def connect(cls, path, hello=None):
        connection = socket.socket(socket.AF_UNIX)

        def is_there():
            return connection.connect_ex(str(path)) == 0

        wait_for(is_there, f"somebody listens at {path}")
        return cls(connection, hello)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """What it had said before still counts."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._reader.join()
        self._socket.close()

    def say(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def ack(self, sequence):
        self.say({"ack": sequence})

    def _read(self):
        with self._socket.makefile("rb") as stream:
            try:
                for raw in stream:
                    if not raw.endswith(b"\n"):
                        break
                    line = json.loads(raw)
                    if "hello" in line:
                        self.hello = line["hello"]
                    else:
                        self.lines.append(line)
            except ConnectionError:
                pass
        self.has_ended = True

    def ids(self):
        metadata = [line["metadata"] for line in list(self.lines)]
        own = [row["message_id"] for row in metadata if not row["message_type"].startswith(OWN_LINE)]
        return own

    def sequences(self):
        return [line["seq"] for line in list(self.lines) if "seq" in line]

    def wait_id(self, message_id):
        wait_for(lambda: message_id in self.ids(), lambda: f"message {message_id} in {self.ids()}")

    def wait_end(self):
        wait_for(lambda: self.has_ended, "the end of the connection")
