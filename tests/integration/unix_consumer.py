"""The other end of the daemon's Unix socket: consumers, and a listener that the daemon dials."""

import json
import os
import select
import socket
import struct

from programs import ids_of, parse_lines
from waiting import TIMEOUT, wait_for

PEER_CREDENTIALS = (socket.SOL_SOCKET, socket.SO_PEERCRED)


class UnixConsumer:
    """One connection. Nothing is read from the socket but by read() and by those who call it."""

    def __init__(self, connected):
        self._socket = connected
        self._socket.settimeout(TIMEOUT)
        self._rest = b""
        self.raw_lines = []
        self.is_open = True  # the daemon has not ended it

    @classmethod
    def try_connect(cls, path):
        """None when nobody listens."""
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(os.fspath(path))
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            return None
        return cls(client)

    @classmethod
    def connect(cls, path):
        """To a daemon that is up, or comes up."""
        return wait_for(lambda: cls.try_connect(path), f"a listener at {path}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def peer_pid(self):
        """The daemon's process."""
        size = struct.calcsize("3i")
        return struct.unpack("3i", self._socket.getsockopt(*PEER_CREDENTIALS, size))[0]

    def kill(self):
        """As if the process were killed: whatever it has not read is thrown away."""
        self._socket.close()
        self.is_open = False

    # --- what it says ---

    def send(self, line):
        self._socket.sendall(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")

    def hello(self, **members):
        """Introduces itself; the daemon's answer. Raises ConnectionError when it ends without one."""
        self.send({"hello": members})
        self.wait(lambda: self.raw_lines or not self.is_open, "an answer to the hello")
        if not self.raw_lines:
            raise ConnectionError("the daemon went away")
        return json.loads(self.raw_lines.pop(0))["hello"]

    def ack(self, sequence):
        self.send({"ack": sequence})

    def end_input(self):
        """Says nothing more, and reads on."""
        self._socket.shutdown(socket.SHUT_WR)

    # --- what it is told ---

    def read(self, wait_seconds=0):
        """Takes what there is; waits so long for the first of it."""
        while self.is_open and select.select([self._socket], [], [], wait_seconds)[0]:
            wait_seconds = 0
            try:
                chunk = self._socket.recv(1 << 18)
            except ConnectionResetError:
                chunk = b""
            self.is_open = bool(chunk)
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self.raw_lines += [line + b"\n" for line in lines]

    def lines(self):
        """What has come, without the answer to a hello."""
        self.read()
        return parse_lines(self.raw_lines)

    def ids(self):
        return ids_of(self.lines())

    def wait(self, condition, what):
        def holds():
            self.read()
            return condition()

        return wait_for(holds, lambda: f"{what}; came: {self.raw_lines[-3:]}")

    def wait_id(self, message_id):
        """Waits until the message of that id has come; its sequence, where lines have one."""
        wanted = message_id.encode()
        self.wait(lambda: any(wanted in line for line in self.raw_lines), message_id)
        (raw,) = [line for line in self.raw_lines if wanted in line]
        return json.loads(raw).get("seq")

    def wait_end(self):
        """Waits until the daemon ends the connection; the last line."""
        self.wait(lambda: not self.is_open, "the end of the connection")
        return json.loads(self.raw_lines[-1]) if self.raw_lines else None


class UnixListener:
    """Where a bot would listen for a daemon with the sink unix-connect."""

    def __init__(self, path):
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(os.fspath(path))
        self._socket.listen()
        self._socket.settimeout(TIMEOUT)

    def accept(self):
        return UnixConsumer(self._socket.accept()[0])

    def close(self):
        self._socket.close()
        self._path.unlink()
