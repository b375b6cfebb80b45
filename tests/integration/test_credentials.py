"""What becomes of tokens and secrets, good and refused."""

import pytest

from other_twitch import CLIENT_ID, http_answer
from waiting import wait_for


def assert_secrets_are_not_shown(daemon, *secrets):
    for secret in secrets:
        assert secret not in daemon.log
        assert secret not in daemon.text()


@pytest.mark.parametrize("name", ["TWITCH_CLIENT_SECRET", "TWITCH_CLIENT_ID"])
def test_refused_client_credentials_end_with_77(sim, start, name):
    daemon = start(sim, **{name: "wrong-but-secret"})

    assert daemon.end() == 77
    assert f"check {name}" in daemon.log
    assert daemon.text() == ""
    if name == "TWITCH_CLIENT_SECRET":
        assert_secrets_are_not_shown(daemon, "wrong-but-secret")
    assert sim.calls("POST /oauth2/token") == 1


def test_a_given_token_is_used_as_it_is(sim, start):
    token = sim.token()

    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN=token)
    daemon.wait_ready()
    daemon.drain()

    assert sim.calls("POST /oauth2/token") == 1  # ours
    assert_secrets_are_not_shown(daemon, token)


def test_a_given_token_brings_its_client_id(sim, start):
    daemon = start(
        sim, TWITCH_CLIENT_ID=None, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN=sim.token()
    )

    daemon.wait_ready()
    daemon.drain()


def test_a_refused_given_token_ends_with_77_and_says_what_to_do(sim, start):
    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN="refused-but-secret")

    assert daemon.end() == 77
    assert "give a fresh TWITCH_ACCESS_TOKEN" in daemon.log
    assert_secrets_are_not_shown(daemon, "refused-but-secret")


def test_a_users_token_ends_with_77_and_says_what_to_do(twitch, start):
    answer = {"client_id": CLIENT_ID, "login": "lanternfox", "user_id": "700100200", "expires_in": 90}
    twitch.answers["GET", "/oauth2/validate"] = [http_answer(200, answer)]

    daemon = start(twitch, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN="a-users-token")

    assert daemon.end() == 77
    assert "conduits need an app access token" in daemon.log


def test_a_token_refused_in_the_middle_is_replaced_once(start_sim, start):
    sim = start_sim("--rate", "100")
    daemon = start(sim)
    daemon.wait_lines(10)
    first = sim.wait_one_session()

    sim.revoke_tokens()
    sim.close(code=4000)
    wait_for(lambda: first not in [session["id"] for session in sim.sessions()], "the close")
    sim.wait_one_session()
    daemon.wait_id(sim.end_events())

    assert sim.calls("POST /oauth2/token") == 2
    daemon.wait_log("token refused by a call")
    assert daemon.drain() == sim.sent_ids()


def test_a_given_token_refused_in_the_middle_ends_nothing(sim, start):
    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN=sim.token())
    daemon.wait_ready()

    sim.revoke_tokens()
    sim.reconnect()  # the session keeps its id and the shard
    daemon.wait_log("degraded")
    (last,) = sim.emit()
    daemon.wait_id(last)

    assert daemon.drain() == [last]


def test_a_token_file_that_is_replaced_heals_a_degraded_worker(sim, start, tmp_path):
    file = tmp_path / "token"
    file.write_text(sim.token())
    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN_FILE=str(file))
    daemon.wait_ready()
    sim.revoke_tokens()
    sim.reconnect()
    daemon.wait_log("degraded")

    token = sim.token()
    file.write_text(token)
    daemon.wait_log("no longer degraded", timeout=90)  # read again each minute

    assert_secrets_are_not_shown(daemon, token)
    daemon.drain()


def test_secrets_that_an_answer_echoes_are_not_shown(twitch, start):
    secret = "an-echoed-secret-of-ours"
    echo = {"status": 403, "message": f"client_secret={secret}"}
    twitch.answers["POST", "/oauth2/token"] = [http_answer(403, echo)]

    daemon = start(twitch, TWITCH_CLIENT_SECRET=secret)

    assert daemon.end() == 77
    assert "client_secret=(hidden)" in daemon.log
    assert_secrets_are_not_shown(daemon, secret)


def test_secrets_are_shown_nowhere(sim, start, tmp_path):
    daemon = start(sim, CONDUITD_LOG_LEVEL="debug")
    daemon.wait_ready()
    sim.reconnect()
    daemon.wait_log("dialling the reconnect URL")
    sim.wait_one_session()
    with open(f"/proc/{daemon.pid}/cmdline", "rb") as file:
        command_line = file.read().decode()
    daemon.drain()

    secret = sim.facts["client_secret"]
    token = (tmp_path / "state" / "token.json").read_text().split('"')[-2]
    assert secret not in command_line
    assert_secrets_are_not_shown(daemon, secret, token, "challenge=")
