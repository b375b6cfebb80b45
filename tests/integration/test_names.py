"""Names that do not resolve: unknown ones, and a resolver that does not answer.

The programs run in a network namespace of the test's own, with a name server of the test's. That
takes the right to make one: without it this file is skipped, which ctest says.
"""

import socket
import threading

import pytest

from own_network import own_network, why_not, with_resolver

if reason := why_not():
    pytest.skip(reason, allow_module_level=True)

HOST = "twitch.example"


class NameServer:
    """Answers every question in the one way that `manner` says: a name for 127.0.0.1, no such name,
    or nothing at all."""

    def __init__(self):
        self.manner = "known"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            question, asker = self._socket.recvfrom(512)
            if not question:
                return
            if self.manner != "silent":
                self._socket.sendto(self._answer(question), asker)

    def _answer(self, question):
        """RFC 1035, section 4.1: the question comes back, with an address of type A behind it."""
        end = question.index(b"\0", 12) + 5
        asked, kind = question[12:end], question[end - 4 : end - 2]
        code = 3 if self.manner == "unknown" else 0
        is_found = self.manner == "known" and kind == b"\0\1"
        counts = b"\0\1" + (b"\0\1" if is_found else b"\0\0") + b"\0\0\0\0"
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1" if is_found else b""
        return question[:2] + bytes([0x81, 0x80 | code]) + counts + asked + record


@pytest.fixture(autouse=True)
def network():
    with own_network():
        yield


@pytest.fixture
def names(network, programs):
    return programs.enter_context(NameServer())


@pytest.fixture
def start_by_name(start, start_sim, tmp_path):
    """Starts a simulator, and a daemon that knows it by name; both are returned."""
    resolver = tmp_path / "resolv.conf"
    # By itself the system gives a silent server up after ten seconds, which is the daemon's limit
    # too: either could come first.
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")

    def start_it():
        sim = start_sim()
        port = sim.facts["listening"].rpartition(":")[2]
        daemon = start(
            sim,
            CONDUITD_TWITCH_ID_URL=f"http://{HOST}:{port}",
            CONDUITD_TWITCH_HELIX_URL=f"http://{HOST}:{port}/helix",
            CONDUITD_TWITCH_EVENTSUB_URL=f"ws://{HOST}:{port}/ws",
            CONDUITD_TWITCH_ALLOW_PLAINTEXT="true",
            prefix=with_resolver(resolver),
        )
        return sim, daemon

    return start_it


@pytest.mark.parametrize("manner, message", [("unknown", "Host not found"), ("silent", "timed out")])
def test_a_start_waits_until_the_name_resolves(names, start_by_name, manner, message):
    names.manner = manner
    sim, daemon = start_by_name()
    daemon.wait_log("token request failed")
    assert message in daemon.log

    names.manner = "known"
    daemon.wait_ready()

    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    assert daemon.drain() == [message_id]


@pytest.mark.parametrize(
    "manner, message", [("unknown", "Host not found"), ("silent", "no answer within 5 s")]
)
def test_a_loss_is_made_good_once_the_name_resolves(names, start_by_name, manner, message):
    sim, daemon = start_by_name()
    daemon.wait_ready()
    lost = sim.wait_one_session()

    names.manner = manner
    sim.close(session=lost, code=4000)
    daemon.wait_log(message, count=2)
    names.manner = "known"
    sim.wait_replaced(lost)

    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    assert daemon.drain() == [message_id]
