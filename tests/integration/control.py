"""conduitctl as a program, and the control socket as any client may use it."""

import json
import socket
import subprocess

from programs import binary
from waiting import TIMEOUT


class Ctl:
    """Runs conduitctl with a state folder; every call is `ctl(verb, arguments…)`."""

    def __init__(self, state_dir):
        self.state_dir = state_dir

    def __call__(self, *arguments, **environment):
        return subprocess.run(
            [binary("CONDUITCTL_BIN"), *(str(argument) for argument in arguments)],
            env={"CONDUITD_STATE_DIR": str(self.state_dir), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT * 2,
            check=False,
        )

    def json(self, *arguments, code=0):
        """The document of a call with --json, which has to end with `code`."""
        done = self(*arguments, "--json")
        assert done.returncode == code, done
        return json.loads(done.stdout)

    def status(self, *arguments):
        """The status document of the one worker that there is."""
        (worker,) = self.json("status", *arguments)["workers"]
        return worker["status"]

    def path(self, name="0"):
        return self.state_dir / f"control-{name}.sock"


def connect(path):
    """A connection to the control socket, for what no well-behaved client would send."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(path))  # waits for room in the queue, which a time limit would forbid
    client.settimeout(TIMEOUT)
    return client


def read_to_end(client):
    """What comes until the server closes or cuts the connection."""
    chunks = []
    try:
        while chunk := client.recv(65536):
            chunks.append(chunk)
    except ConnectionResetError:
        pass
    return b"".join(chunks).decode()


def exchange(path, request):
    """The answer to these bytes, as text."""
    with connect(path) as client:
        try:
            client.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was taken
        return read_to_end(client)
