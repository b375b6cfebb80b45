"""Revocations, news of shards, webhooks as far as they go, several clients, the admin API: 46 to 50."""

import json
from pathlib import Path

import pytest

from raw_client import RawHttp, entry
from waiting import wait_for

STATUSES = [
    "authorization_revoked",
    "user_removed",
    "version_removed",
    "moderator_removed",
    "chat_user_banned",
    "beta_maintenance",
    "conduit_deleted",
]


@pytest.mark.parametrize("status", STATUSES)
def test_item_46_subscription_is_revoked(sim, api, bound, status):
    condition = {"broadcaster_user_id": "700100200", "moderator_user_id": "700999111"}
    made = api.subscribe(bound.conduit, "channel.follow", condition, version="2").data[0]

    sim.admin("POST", "/revoke", {"status": status, "subscription_id": made["id"]})

    message = bound.next_message()
    metadata = message["metadata"]
    assert metadata["message_type"] == "revocation"
    assert metadata["subscription_type"] == "channel.follow"
    assert metadata["subscription_version"] == "2"
    assert set(message["payload"]) == {"subscription"}
    subscription = message["payload"]["subscription"]
    assert (subscription["id"], subscription["status"]) == (made["id"], status)
    assert subscription["condition"] == condition
    (listed,) = api.helix("GET", api.SUBSCRIPTIONS).data
    assert listed["status"] == status
    (wanted,) = sim.emit()
    assert bound.notification_ids(1) == [wanted]


def test_item_46_thousands_are_revoked_at_once(sim, api, bound):
    text = sim.admin("POST", "/revoke", {"status": "chat_user_banned", "count": 8000})
    ids = json.loads(text)["ids"]

    messages = [bound.next_message("revocation") for _ in range(8000)]

    assert [message["metadata"]["message_id"] for message in messages] == ids == sim.sent_ids()
    channels = {
        message["payload"]["subscription"]["condition"]["broadcaster_user_id"]
        for message in messages
    }
    assert len(channels) == 8000
    assert api.status(bound.conduit) == "enabled"


def watch_shards(api, conduit, **condition):
    answer = api.subscribe(
        conduit, "conduit.shard.disabled", {"client_id": api.client_id, **condition}
    )
    assert answer.status == 202, answer.text
    return answer.data[0]["id"]


@pytest.mark.parametrize("names_conduit", [True, False])
def test_item_47_disabled_shard_is_news(sim, api, connect, names_conduit):
    kept, lost = connect(sim), connect(sim)
    conduit = api.create_conduit(2)
    api.bind(conduit, kept, lost)
    wanted = watch_shards(api, conduit, **({"conduit_id": conduit} if names_conduit else {}))

    sim.close(session=lost.session_id, code=4000)

    message = kept.notification()
    assert message["metadata"]["subscription_type"] == "conduit.shard.disabled"
    assert message["payload"]["subscription"]["id"] == wanted
    event = message["payload"]["event"]
    assert (event["conduit_id"], event["shard_id"]) == (conduit, "1")
    assert event["status"] == "websocket_internal_error"
    transport = event["transport"]
    assert transport["method"] == "websocket"
    assert transport["callback"] is None
    assert transport["session_id"] == lost.session_id
    assert transport["connected_at"] == lost.session["connected_at"]
    assert transport["disconnected_at"] > transport["connected_at"]


def test_item_47_shard_that_is_rebound_is_no_news(sim, api, connect):
    first, second = connect(sim), connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, first)
    watch_shards(api, conduit)

    api.bind(conduit, second)
    first.close()
    (wanted,) = sim.emit()

    assert second.notification_ids(1) == [wanted]


def test_item_47_other_conduits_are_not_told(sim, api, connect):
    watched, other = api.create_conduit(), api.create_conduit()
    client, lost = connect(sim), connect(sim)
    api.bind(watched, client)
    api.bind(other, lost)
    watch_shards(api, watched, conduit_id=watched)

    lost.close()
    wait_for(lambda: api.status(other) != "enabled", "the end of the other shard")

    assert sim.state()["sent"] == 0


def test_item_48_webhook_shard_waits_for_its_verification(api, bound):
    transport = {
        "method": "webhook",
        "callback": "https://hooks.example.net/eventsub",
        "secret": "at-least-ten-chars",
    }
    api.resize(bound.conduit, 2)

    answer = api.patch(bound.conduit, [{"id": "1", "transport": transport}])

    assert answer.status == 202
    (shard,) = answer.data
    assert shard["status"] == "webhook_callback_verification_pending"
    assert shard["transport"] == {"method": "webhook", "callback": transport["callback"]}
    assert api.shard(bound.conduit, 1) == shard


def test_item_49_clients_do_not_see_one_another(sim, api, connect):
    sim.admin("POST", "/client", {"client_id": "other", "client_secret": "s"})
    other = RawHttp(sim.facts["listening"], "other", "s")
    mine, theirs = connect(sim), connect(sim)
    my_conduit, their_conduit = api.create_conduit(), other.create_conduit()
    api.bind(my_conduit, mine)
    other.bind(their_conduit, theirs)

    ids = sim.emit()

    assert len(ids) == 2
    assert mine.notification_ids(1) + theirs.notification_ids(1) == ids
    stolen = other.patch(their_conduit, [entry(0, mine.session_id)])
    assert len(stolen.json["errors"]) == 1


def test_item_49_second_worker_steals_the_shard(sim, api, connect, bound):
    thief = connect(sim)

    api.bind(bound.conduit, thief)

    ids = sim.emit(count=3)
    assert thief.notification_ids(3) == ids
    assert api.shard(bound.conduit)["transport"]["session_id"] == thief.session_id


def test_item_50_state_has_everything(sim, api, bound):
    sim.emit(count=3)
    bound.notification_ids(3)

    state = sim.state()

    (conduit,) = state["conduits"]
    assert conduit["id"] == bound.conduit
    assert conduit["shards"] == api.shards(bound.conduit).data
    (session,) = state["sessions"]
    assert session["id"] == bound.session_id
    assert session["bound"] and session["state"] == "live"
    assert (state["sent"], state["lost"], state["dropped"]) == (3, 0, 0)
    assert state["calls"]["PATCH /helix/eventsub/conduits/shards"] == 1
    assert len(json.loads(sim.admin("GET", "/ledger"))["entries"]) == 3


def test_item_50_every_order_says_what_it_takes(sim, api):
    verbs = json.loads(sim.admin("GET", "/verbs"))["verbs"]

    assert len(verbs) > 15
    for verb in verbs:
        answer = api.call(verb["method"], verb["path"], headers={}, body='{"nonsense": 1}')
        assert answer.status == 400, verb["path"]
        assert "`nonsense`" in answer.json["message"]


@pytest.mark.parametrize(
    "path, body, message",
    [
        ("emit", {"count": 0}, "`count` is a whole number from 1 to 100000; found 0"),
        ("emit", {"type": "nonsense"}, "`type` is `channel.chat.message`"),
        ("emit", {"raw": "x", "duplicate_of": "y"}, "with raw go `raw`, `session` or `shard`"),
        ("emit", {"raw": "x", "count": 2}, "found `count`"),
        ("emit", {"where": "both"}, "with an event go `type`"),
        ("fault", {"match": "/helix/"}, "a fault has `status`, `delay_ms` or `drop`; found none"),
        ("fault", {"match": "/helix/", "drop": "after", "body": "x"}, "`body` is the text"),
        ("fault", {}, "`match` is a text; found nothing"),
        ("fault", {"match": "nonsense"}, "`match` is an optional method and a path"),
        ("reorder", {"count": 1}, "`count` is a whole number from 2 to 1000; found 1"),
        ("switch", {"resend": "twice"}, "`resend` is `once` or `none`; found \"twice\""),
        ("switch", {"overlap": 61}, "`overlap` is a number from 0 to 60; found 61"),
        ("token", {"action": "expire"}, "`token` is the text of a token; found nothing"),
        ("schedule", {"in_ms": 1, "do": "dance"}, "`do` is an order"),
        ("schedule", {"in_ms": 1, "do": "reorder", "with": {"count": 1}}, "`with.count` is"),
    ],
)
def test_item_50_nonsense_is_refused_with_what_is_allowed(api, path, body, message):
    answer = api.call("POST", "/sim/" + path, json.dumps(body))

    assert answer.status == 400
    assert message in answer.json["message"]


def test_item_50_admin_paths_are_its_own(api):
    assert api.call("GET", "/sim/nonsense").status == 404
    assert api.call("GET", "/sim/emit").status == 405
    assert api.helix("GET", "/helix/sim/state").status == 404


def test_item_50_switches_are_set_at_run_time(sim, api, connect, bound):
    sim.admin("POST", "/switch", {"claim_errors": "absent", "client_ping": "closed"})

    answer = api.patch(bound.conduit, [entry(0, bound.session_id)])

    assert "errors" not in answer.json
    bound.send(0x9)
    assert bound.wait_close().code == 4001


def test_item_50_readme_names_every_order_and_switch(sim):
    page = (Path(__file__).parents[3] / "src/twitch_sim/README.md").read_text()

    for verb in json.loads(sim.admin("GET", "/verbs"))["verbs"]:
        for name in [verb["path"].removeprefix("/sim/"), *verb["parameters"]]:
            assert name in page, name
