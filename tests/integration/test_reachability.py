"""Twitch out of reach: refused connections and TLS that does not come about.

Each is said in the log, tried again, and over once it works. What names do is in test_names.py.
"""

import pytest

from front import Front, make_certificate


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Folders of certificates that are all trusted, and the file that says so."""
    folder = tmp_path_factory.mktemp("certificates")
    made = {
        "good": make_certificate(folder / "good", "IP:127.0.0.1"),
        "other": make_certificate(folder / "other", "DNS:other.example"),
        "expired": make_certificate(folder / "expired", "IP:127.0.0.1", end="20200102000000Z"),
    }
    trusted = folder / "trusted.pem"
    trusted.write_bytes(b"".join((own / "cert.pem").read_bytes() for own in made.values()))
    return made | {"trusted": trusted}


@pytest.fixture
def front(programs, sim):
    return programs.enter_context(Front(sim.facts["listening"]))


@pytest.fixture
def start_behind(start, sim, front, certificates):
    """Starts a daemon that reaches the simulator through the front alone."""

    def start_it():
        return start(
            sim,
            CONDUITD_TWITCH_ID_URL=f"https://{front.address}",
            CONDUITD_TWITCH_HELIX_URL=f"https://{front.address}/helix",
            CONDUITD_TWITCH_EVENTSUB_URL=f"wss://{front.address}/ws",
            CONDUITD_TWITCH_CA_FILE=str(certificates["trusted"]),
        )

    return start_it


# How each begins, what a request's failure says, and what a session's does.
TROUBLES = {
    "refused": (lambda front, _: front.refuse(), "Connection refused", "Connection refused"),
    "another name": (
        lambda front, certificates: front.forward(certificates["other"]),
        "certificate is for another host",
        "certificate of 127.0.0.1 is for another host",
    ),
    "expired": (
        lambda front, certificates: front.forward(certificates["expired"]),
        "certificate has expired",
        "certificate of 127.0.0.1 has expired",
    ),
    "nobody vouches": (  # the simulator's own certificate
        lambda front, _: front.forward(),
        "certificate not trusted: ",
        "certificate of 127.0.0.1 not trusted: ",
    ),
    "stalled handshake": (
        lambda front, _: front.stall(),
        "Connection timed out",
        "no answer within 5 s",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_start_waits_until_twitch_can_be_reached(sim, start_behind, front, certificates, name):
    begin, message, _ = TROUBLES[name]
    begin(front, certificates)
    daemon = start_behind()
    daemon.wait_log("token request failed")
    assert message in daemon.log

    front.forward(certificates["good"])
    daemon.wait_ready()

    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    assert daemon.drain() == [message_id]


@pytest.mark.parametrize("name", TROUBLES)
def test_a_loss_is_made_good_once_twitch_can_be_reached(
    sim, start_behind, front, certificates, name
):
    front.forward(certificates["good"])
    daemon = start_behind()
    daemon.wait_ready()
    lost = sim.wait_one_session()
    begin, _, message = TROUBLES[name]

    begin(front, certificates)
    sim.close(session=lost, code=4000)
    daemon.wait_log(message, count=2)
    front.forward(certificates["good"])
    sim.wait_replaced(lost)

    (message_id,) = sim.emit()
    daemon.wait_id(message_id)
    assert daemon.drain() == [message_id]
