"""Conduits: 10 to 14."""

import pytest

from raw_client import RawHttp
from waiting import wait_for


@pytest.mark.parametrize("body", [{}, {"shard_count": 0}, {"shard_count": -1}, {"shard_count": "x"},
                                  {"shard_count": 20_001}])
def test_item_10_bad_shard_counts_are_refused(api, body):
    assert api.helix("POST", api.CONDUITS, body).status == 400


def test_item_10_sixth_conduit_is_429_with_points_left(api):
    answer = api.helix("POST", api.CONDUITS, {"shard_count": 20_000})
    assert answer.status == 200
    assert answer.data[0]["shard_count"] == 20_000
    for _ in range(4):
        api.create_conduit()

    sixth = api.helix("POST", api.CONDUITS, {"shard_count": 1})

    assert sixth.status == 429
    assert int(sixth.headers["ratelimit-remaining"]) > 0


def test_item_10_maximum_is_configurable(quiet_sim, http_of):
    api = http_of(quiet_sim("--shard-count-max", "200"))

    assert api.helix("POST", api.CONDUITS, {"shard_count": 201}).status == 400
    assert api.helix("POST", api.CONDUITS, {"shard_count": 200}).status == 200


def test_item_11_conduits_of_others_are_not_there(sim, api):
    sim.admin("POST", "/client", {"client_id": "other", "client_secret": "s"})
    other = RawHttp(sim.facts["listening"], "other", "s")
    conduit = api.create_conduit()

    assert other.helix("GET", api.CONDUITS).data == []
    assert other.resize(conduit, 2).status == 404
    assert other.shards(conduit).status == 404
    assert other.patch(conduit, [{"id": "0", "transport": {}}]).status == 404
    assert other.helix("DELETE", f"{api.CONDUITS}?id={conduit}").status == 404
    assert len(api.helix("GET", api.CONDUITS).data) == 1


@pytest.mark.parametrize("side, listed", [("remove", ["0"]), ("leave_listed", ["0", "1"])])
def test_item_12_shrinking_leaves_sockets_open(quiet_sim, http_of, connect, side, listed):
    sim = quiet_sim("--shrink", side, "--keepalive", "1")
    api = http_of(sim)
    clients = [connect(sim), connect(sim)]
    conduit = api.create_conduit(2)
    api.bind(conduit, *clients)

    assert api.resize(conduit, 1).status == 200

    assert [shard["id"] for shard in api.shards(conduit).data] == listed
    ids = sim.emit(count=20)
    assert clients[0].notification_ids(20) == ids
    assert clients[1].next_message()["metadata"]["message_type"] == "session_keepalive"


def test_item_13_growing_makes_slots_that_can_be_bound(sim, api, connect, bound):
    assert api.resize(bound.conduit, 3).status == 200

    assert [shard["id"] for shard in api.shards(bound.conduit).data] == ["0"]
    api.bind(bound.conduit, connect(sim), first=2)
    assert [shard["id"] for shard in api.shards(bound.conduit).data] == ["0", "2"]


def test_item_13_deleting_ends_subscriptions(sim, api):
    conduit = api.create_conduit()
    assert api.subscribe(conduit, "stream.online", {"broadcaster_user_id": "1"}).status == 202

    assert api.helix("DELETE", f"{api.CONDUITS}?id={conduit}").status == 204

    assert api.shards(conduit).status == 404
    (subscription,) = api.helix("GET", api.SUBSCRIPTIONS).data
    assert subscription["status"] == "conduit_deleted"


def test_item_14_conduit_without_an_enabled_shard_goes_away(quiet_sim, http_of, connect):
    sim = quiet_sim("--conduit-limit", "5", "--time-scale", "10")
    api = http_of(sim)
    kept, lost = api.create_conduit(), api.create_conduit()
    client = connect(sim)
    api.bind(kept, client)
    api.subscribe(lost, "stream.online", {"broadcaster_user_id": "1"})

    wait_for(lambda: api.shards(lost).status == 404, "the end of the conduit")

    assert api.shards(kept).status == 200
    assert api.resize(lost, 2).status == 404
    assert [row["status"] for row in api.helix("GET", api.SUBSCRIPTIONS).data] == ["conduit_deleted"]
    client.close()
    wait_for(lambda: api.shards(kept).status == 404, "the end of the other one")
