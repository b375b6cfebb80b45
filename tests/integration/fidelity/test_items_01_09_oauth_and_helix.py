"""OAuth (1 to 5) and what all Helix calls have in common (6 to 9)."""

import time

import pytest

from raw_client import Ended


def test_item_01_token_is_given_for_a_form_and_for_a_query(api):
    good = f"client_id={api.client_id}&client_secret={api.client_secret}"

    answers = [
        api.form(
            "/oauth2/token",
            client_id=api.client_id,
            client_secret=api.client_secret,
            grant_type="client_credentials",
        ),
        api.call("POST", f"/oauth2/token?{good}&grant_type=client_credentials"),
    ]

    for answer in answers:
        assert answer.status == 200
        assert set(answer.json) == {"access_token", "expires_in", "token_type"}
        assert answer.json["token_type"] == "bearer"
        assert answer.json["expires_in"] > 5_000_000


@pytest.mark.parametrize(
    "change, status, message",
    [
        ({"client_id": "unknown"}, 400, "invalid client"),
        ({"client_secret": "wrong"}, 403, "invalid client secret"),
        ({"grant_type": ""}, 400, "missing grant type"),
    ],
)
def test_item_02_bad_credentials_are_refused(api, change, status, message):
    fields = {
        "client_id": api.client_id,
        "client_secret": api.client_secret,
        "grant_type": "client_credentials",
    }

    answer = api.form("/oauth2/token", **{**fields, **change})

    assert answer.status == status
    assert answer.json == {"status": status, "message": message}


@pytest.mark.parametrize("action", ["expire", "revoke"])
def test_item_03_tokens_live_side_by_side_until_a_hook_ends_one(sim, api, action):
    first, second = api.token(), api.token()
    assert api.helix("GET", api.CONDUITS, token=first).status == 200

    sim.admin("POST", "/token", {"action": action, "token": first})

    assert api.helix("GET", api.CONDUITS, token=first).status == 401
    assert api.helix("GET", api.CONDUITS, token=second).status == 200


@pytest.mark.parametrize("scheme", ["OAuth", "Bearer"])
def test_item_04_validate_tells_app_tokens(sim, api, scheme):
    token = api.token()
    answer = api.call("GET", "/oauth2/validate", headers={"Authorization": f"{scheme} {token}"})

    sim.admin("POST", "/token", {"action": "revoke", "token": token})
    gone = api.call("GET", "/oauth2/validate", headers={"Authorization": f"{scheme} {token}"})

    assert answer.status == 200
    assert answer.json["client_id"] == api.client_id
    assert "user_id" not in answer.json and "login" not in answer.json
    assert gone.status == 401
    assert gone.json == {"status": 401, "message": "invalid access token"}


def test_item_04_token_lapses_when_its_time_is_over(quiet_sim, http_of):
    sim = quiet_sim("--time-scale", "1000")
    api = http_of(sim)
    sim.admin("POST", "/token", {"action": "set_lifetime", "seconds": 1})
    token = api.token()

    while api.helix("GET", api.CONDUITS, token=token).status == 200:
        pass

    assert api.call("GET", "/oauth2/validate", headers={"Authorization": f"OAuth {token}"}).status == 401


def test_item_05_validations_are_counted(sim, api):
    before = sim.state()["validations"]

    api.call("GET", "/oauth2/validate", headers={"Authorization": "OAuth " + api.token()})
    api.call("GET", "/oauth2/validate", headers={"Authorization": "OAuth nonsense"})

    assert sim.state()["validations"] == before + 2


def test_item_06_calls_without_the_right_token_are_refused(sim, api):
    sim.admin("POST", "/client", {"client_id": "other", "client_secret": "s"})
    answers = [
        api.call("GET", api.CONDUITS, headers={"Client-Id": api.client_id}),
        api.helix("GET", api.CONDUITS, token="nonsense"),
        api.helix("GET", api.CONDUITS, client_id="other"),
    ]

    for answer in answers:
        assert answer.status == 401
        assert set(answer.json) == {"error", "status", "message"}
        assert answer.json["error"] == "Unauthorized"


def test_item_07_every_answer_says_what_is_left(api):
    for answer in (api.helix("GET", api.CONDUITS), api.helix("GET", "/helix/unknown")):
        assert answer.headers["ratelimit-limit"] == "800"
        assert 0 < int(answer.headers["ratelimit-remaining"]) < 800
        assert abs(int(answer.headers["ratelimit-reset"]) - time.time()) < 120


def test_item_07_empty_bucket_is_429(quiet_sim, http_of):
    api = http_of(quiet_sim("--points-per-minute", "2"))

    answers = [api.helix("GET", api.CONDUITS) for _ in range(4)]

    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert refused[0].headers["ratelimit-remaining"] == "0"
    assert int(refused[0].headers["ratelimit-reset"]) > time.time()
    assert refused[0].json["error"] == "Too Many Requests"


@pytest.mark.parametrize("status", [500, 502, 503, 401, 429])
def test_item_08_next_answers_fail(sim, api, status):
    sim.fault("GET " + api.CONDUITS, times=2, status=status)

    answers = [api.helix("GET", api.CONDUITS).status for _ in range(3)]

    assert answers == [status, status, 200]


def test_item_08_answers_are_delayed(sim, api):
    api.token()
    sim.fault(api.CONDUITS, delay_ms=300)
    began = time.monotonic()

    assert api.helix("GET", api.CONDUITS).status == 200

    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("drop, conduits", [("before", 0), ("after", 1)])
def test_item_08_connection_drops_before_or_after_the_effect(sim, api, drop, conduits):
    api.helix("GET", api.CONDUITS)
    sim.fault("POST " + api.CONDUITS, drop=drop)

    with pytest.raises(OSError):
        api.create_conduit()

    assert len(api.helix("GET", api.CONDUITS).data) == conduits


def test_item_08_call_is_never_answered(sim, api, dial):
    sim.fault("upgrade", drop="never")
    client = dial(sim)
    client.socket.settimeout(0.3)

    with pytest.raises(TimeoutError):
        client.read_head()

    assert not sim.sessions()


def test_item_09_error_body_may_be_no_json(sim, api):
    sim.fault(api.CONDUITS, status=502, body="<html>Bad Gateway</html>")

    answer = api.helix("GET", api.CONDUITS)

    assert answer.status == 502
    assert answer.text == "<html>Bad Gateway</html>"
    assert answer.headers["content-type"] == "text/html"


def test_item_08_upgrade_that_is_dropped_ends_without_an_answer(sim, dial):
    sim.fault("upgrade", drop="before")

    with pytest.raises(Ended):
        dial(sim).read_head()
