"""What can happen to messages on their way: 35 to 37."""

import json
import time

import pytest

from raw_client import CONTINUATION, PING, TEXT
from waiting import wait_for


def order(sim, verb, **parameters):
    return json.loads(sim.admin("POST", "/" + verb, parameters))


def test_item_35_duplicate_at_once(sim, bound):
    (wanted,) = sim.emit()
    sim.emit(duplicate_of=wanted)

    first, second = bound.next_text(), bound.next_text()

    assert first == second
    assert json.loads(first)["metadata"]["message_id"] == wanted
    assert sim.sent_ids() == [wanted]


def test_item_35_duplicates_of_every_third_message(sim, bound):
    order(sim, "repeat", every=3)

    ids = sim.emit(count=6)

    assert bound.notification_ids(8) == [*ids[:3], ids[2], *ids[3:], ids[5]]


def test_item_35_duplicate_minutes_later(quiet_sim, http_of, connect):
    sim = quiet_sim("--time-scale", "200", "--keepalive", "600")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    order(sim, "repeat", every=1, delay_ms=180_000)
    (wanted,) = sim.emit()
    order(sim, "repeat", every=0)
    (other,) = sim.emit()

    assert client.notification_ids(3) == [wanted, other, wanted]


def test_item_35_duplicate_on_both_connections(sim, bound, follow):
    sim.reconnect()
    successor = follow(bound.reconnect_url()).read_head().welcome()
    (wanted,) = sim.emit()
    assert successor.notification_ids(1) == [wanted]

    sim.emit(duplicate_of=wanted, where="both")

    assert successor.notification_ids(1) == [wanted]
    assert bound.notification_ids(1) == [wanted]


def test_item_35_duplicate_on_the_session_that_lost_its_shard(sim, api, connect, bound):
    (wanted,) = sim.emit()
    assert bound.notification_ids(1) == [wanted]
    successor = connect(sim)
    api.bind(bound.conduit, successor)

    sim.emit(duplicate_of=wanted, where="both")

    assert successor.notification_ids(1) == [wanted]
    assert bound.notification_ids(1) == [wanted]


def test_item_35_messages_are_reordered(sim, bound):
    order(sim, "reorder", count=4)

    ids = sim.emit(count=6)

    assert bound.notification_ids(6) == [*reversed(ids[:4]), *ids[4:]]


def test_item_35_too_few_messages_to_reorder_come_nevertheless(quiet_sim, http_of, connect):
    sim = quiet_sim("--time-scale", "20")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    order(sim, "reorder", count=100)

    ids = sim.emit(count=3)

    assert client.notification_ids(3) == ids[::-1]


def frames_of_one_message(client):
    started = len(client.frames)
    client.next_text()
    return client.frames[started:]


def test_item_36_message_in_several_frames(sim, bound):
    order(sim, "shape", fragments=5, times=1)
    ids = sim.emit(count=2)

    frames = frames_of_one_message(bound)

    assert [frame.opcode for frame in frames] == [TEXT] + [CONTINUATION] * 4
    assert [frame.is_last for frame in frames] == [False] * 4 + [True]
    assert json.loads(b"".join(frame.payload for frame in frames))["metadata"]["message_id"] == ids[0]
    assert len(frames_of_one_message(bound)) == 1


def test_item_36_control_frames_between_fragments(sim, bound):
    order(sim, "shape", fragments=3, pings_between=True)
    sim.emit()

    frames = frames_of_one_message(bound)

    assert [frame.opcode for frame in frames] == [TEXT, PING, CONTINUATION, PING, CONTINUATION]


def test_item_36_bytes_dribble(sim, bound):
    order(sim, "shape", segment_bytes=1, pause_ms=1, times=1)
    (wanted,) = sim.emit()
    before = bound.chunks

    assert bound.notification_ids(1) == [wanted]
    assert bound.chunks - before > 20


@pytest.mark.parametrize("segment_bytes", [1, 2, 3, 5, 9, 11, 100])
def test_item_36_frame_is_cut_at_any_byte(sim, bound, segment_bytes):
    order(sim, "shape", segment_bytes=segment_bytes)

    ids = sim.emit(count=3)

    assert bound.notification_ids(3) == ids


@pytest.mark.parametrize("size", [64 * 1024, 900 * 1024])
def test_item_36_large_message(sim, bound, size):
    (wanted,) = sim.emit(pad_bytes=size)

    text = bound.next_text()

    assert len(text) > size
    assert json.loads(text)["metadata"]["message_id"] == wanted


def test_item_36_unknown_message_type(sim, bound):
    sim.emit(unknown_type="session_gossip")

    message = bound.next_message()

    assert message["metadata"]["message_type"] == "session_gossip"
    assert set(message) == {"metadata", "payload"}


def test_item_36_unknown_extra_fields(sim, bound):
    known, extra = sim.emit()[0], sim.emit(extra_fields=True)[0]

    first, second = bound.notification(), bound.notification()

    assert [first["metadata"]["message_id"], second["metadata"]["message_id"]] == [known, extra]
    assert set(second) > set(first)
    assert set(second["metadata"]) > set(first["metadata"])
    assert set(second["payload"]) > set(first["payload"])


def test_item_37_server_is_slow(sim, bound):
    order(sim, "shape", pause_ms=100, times=5)
    began = time.monotonic()

    ids = sim.emit(count=5)

    assert bound.notification_ids(5) == ids
    assert time.monotonic() - began >= 0.5


def test_item_37_client_that_stops_reading_is_4005(quiet_sim, http_of, connect):
    sim = quiet_sim("--time-scale", "20", "--keepalive", "600")
    api = http_of(sim)
    client = connect(sim, receive_buffer=4096)
    conduit = api.create_conduit()
    api.bind(conduit, client)

    for _ in range(3):
        sim.emit(pad_bytes=8 * 1024 * 1024)

    wait_for(lambda: api.status(conduit) == "websocket_network_timeout", "the write time-out")
    assert sim.state()["ended"][-1]["code"] == 4005
