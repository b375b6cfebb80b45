"""Subscriptions: 25 and 26."""

import json

import pytest

ONLINE = {"broadcaster_user_id": "700100200"}


def test_item_25_subscription_is_enabled_at_once(api):
    conduit = api.create_conduit()

    answer = api.subscribe(conduit, "stream.online", ONLINE)

    assert answer.status == 202
    (subscription,) = answer.data
    assert subscription["status"] == "enabled"
    assert subscription["condition"] == ONLINE
    assert subscription["transport"] == {"method": "conduit", "conduit_id": conduit}
    assert subscription["cost"] == 0
    assert (answer.json["total"], answer.json["total_cost"]) == (1, 0)
    assert answer.json["max_total_cost"] == 10_000


def test_item_25_duplicates_are_409_and_a_fourth_429(api):
    conduits = [api.create_conduit() for _ in range(4)]
    statuses = [api.subscribe(conduit, "stream.online", ONLINE).status for conduit in conduits]

    duplicate = api.subscribe(conduits[0], "stream.online", ONLINE)

    assert statuses == [202, 202, 202, 429]
    assert duplicate.status == 409
    assert duplicate.json["message"] == "subscription already exists"


def test_item_25_user_tokens_are_refused(sim, api):
    conduit = api.create_conduit()
    user = json.loads(sim.admin("POST", "/token", {"action": "mint_user", "user_id": "700314159"}))
    token = user["access_token"]

    answer = api.subscribe(conduit, "stream.online", ONLINE, token=token)
    listing = api.helix("GET", api.CONDUITS, token=token)
    validated = api.call("GET", "/oauth2/validate", headers={"Authorization": "OAuth " + token})

    assert answer.status == 400
    assert answer.json["message"] == "invalid transport and auth combination"
    assert listing.status == 401
    assert validated.json["user_id"] == "700314159"


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"version": None},
        {"version": "9"},
        {"condition": None},
        {"condition": {}},
        {"transport": None},
        {"transport": {"method": "conduit"}},
        {"transport": {"method": "conduit", "conduit_id": "unknown"}},
        {"transport": {"method": "websocket", "session_id": "any"}},
    ],
)
def test_item_25_missing_and_wrong_fields_are_400(api, change):
    conduit = api.create_conduit()
    fields = {"type_": "stream.online", "condition": ONLINE}

    assert api.subscribe(conduit, **fields).status == 202
    body = {
        "type": "stream.online",
        "version": "1",
        "condition": {"broadcaster_user_id": "2"},
        "transport": {"method": "conduit", "conduit_id": conduit},
    }
    changed = {name: value for name, value in {**body, **change}.items() if value is not None}
    assert api.helix("POST", api.SUBSCRIPTIONS, changed).status == 400


def test_item_25_shards_of_others_cannot_be_watched(sim, api):
    conduit = api.create_conduit()
    type_ = "conduit.shard.disabled"

    assert api.subscribe(conduit, type_, {"client_id": "other"}).status == 400
    wrong = {"client_id": api.client_id, "conduit_id": "unknown"}
    assert api.subscribe(conduit, type_, wrong).status == 400
    assert api.subscribe(conduit, type_, {"client_id": api.client_id}).status == 202


def test_item_26_filters_exclude_one_another(api):
    first, second = api.create_conduit(), api.create_conduit()
    one = api.subscribe(first, "stream.online", ONLINE).data[0]["id"]
    two = api.subscribe(second, "stream.online", {"broadcaster_user_id": "2"}).data[0]["id"]

    def ids(query):
        return [row["id"] for row in api.helix("GET", f"{api.SUBSCRIPTIONS}?{query}").data]

    assert ids("") == [one, two]
    assert ids("conduit_id=" + second) == [two]
    assert ids("subscription_id=" + one) == [one]
    assert ids("user_id=2") == [two]
    assert ids("type=channel.follow") == []
    assert ids("status=enabled") == [one, two]
    both = f"{api.SUBSCRIPTIONS}?status=enabled&type=stream.online"
    assert api.helix("GET", both).status == 400


def test_item_26_subscriptions_are_deleted_once(api):
    conduit = api.create_conduit()
    one = api.subscribe(conduit, "stream.online", ONLINE).data[0]["id"]

    answers = [api.helix("DELETE", f"{api.SUBSCRIPTIONS}?id={one}").status for _ in range(2)]

    assert answers == [204, 404]
    assert api.helix("DELETE", api.SUBSCRIPTIONS).status == 400
