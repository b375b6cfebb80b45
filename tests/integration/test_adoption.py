"""Dead shards are kept by other workers until somebody claims them."""

from workers import LOOKS, enabled, gaps
from waiting import wait_for

DISABLED = "conduit.shard.disabled"


def start_pair(sim, start, **rest):
    """Two workers of a conduit of two shards, one each."""
    sim.create_conduit(2)
    pair = []
    for number in ("0", "1"):
        pair.append(start(sim, TWITCH_SHARD_ID=number, CONDUITD_NAME=f"w{number}", **rest))
        pair[-1].wait_ready()
    return pair


def wait_kept_by(sim, keeper):
    """Waits until both shards point at the session that has the keeper's."""

    def is_so():
        shards = enabled(sim)
        return len(shards) == 2 and shards[0] == shards[1] == keeper

    wait_for(is_so, lambda: f"both shards at {keeper}: {enabled(sim)}", LOOKS)


def test_the_shard_of_a_dead_worker_is_kept_until_it_is_back(sim, start):
    keeper, lost = start_pair(sim, start)
    held = enabled(sim)

    lost.kill()
    wait_kept_by(sim, held[0])
    (gap,) = wait_for(lambda: gaps(keeper), "the gap is told")
    assert (gap["reason"], gap["shard_id"]) == ("unserved", "1")
    sent = sim.emit(count=20)
    for message in sent:
        keeper.wait_id(message)

    back = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="w1")
    back.wait_ready()
    shards = enabled(sim)
    assert shards[0] == held[0] and shards[1] not in (held[0], held[1])
    back.drain()
    keeper.drain()


def test_a_stopped_worker_leaves_its_shard_to_another_and_tells_no_gap(sim, start):
    keeper, stopped = start_pair(sim, start)
    held = enabled(sim)

    stopped.drain()
    assert enabled(sim) == {0: held[0], 1: held[0]}
    for message in sim.emit(count=20):
        keeper.wait_id(message)
    back = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="w1")
    back.wait_ready()

    assert enabled(sim)[0] == held[0] != enabled(sim)[1]
    assert sim.state()["dropped"] == 0
    assert gaps(back) == gaps(keeper) == []
    back.drain()
    keeper.drain()


def test_a_worker_that_is_stopped_while_its_session_is_lost_leaves_its_shard_too(sim, start):
    keeper, stopped = start_pair(sim, start)
    held = enabled(sim)
    sim.fault("upgrade", status=503, times=1000)
    sim.close(session=held[1], code=4000)
    stopped.wait_log("session ended")

    stopped.drain()
    assert enabled(sim) == {0: held[0], 1: held[0]}
    (gap,) = gaps(stopped)
    assert gap["reason"] == "session_closed" and gap["until"] is not None
    sim.fault("upgrade", times=0)
    for message in sim.emit(count=20):
        keeper.wait_id(message)
    back = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="w1")
    back.wait_ready()

    assert gaps(back) == gaps(keeper) == []
    back.drain()
    keeper.drain()


def test_workers_that_do_not_park_leave_a_gap(sim, start):
    keeper, stopped = start_pair(sim, start, CONDUITD_DRAIN_PARK="never")

    stopped.drain()
    assert set(enabled(sim)) == {0}
    back = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="w1")
    back.wait_ready()

    (gap,) = wait_for(lambda: gaps(back), "the gap is told")
    assert gap["reason"] == "process_stopped"
    keeper.drain()


def test_a_conduit_that_tells_of_its_dead_shards_has_them_kept_soon(sim, start):
    keeper, lost = start_pair(sim, start, CONDUITD_SUBSCRIPTIONS_SHARD_DISABLED="true")
    keeper.wait_log("subscribed to conduit.shard.disabled")
    assert "subscribed to" not in lost.log
    held = enabled(sim)

    lost.kill()

    def is_told():
        return [
            line["payload"]["event"]
            for line in keeper.lines()
            if line["metadata"].get("subscription_type") == DISABLED
        ]

    (event,) = wait_for(is_told, "the shard's end is told as an event")
    assert (event["shard_id"], event["status"]) == ("1", "websocket_disconnected")
    keeper.wait_log("Twitch has disabled a shard of another worker")
    wait_kept_by(sim, held[0])


def test_an_empty_conduit_is_hinted_at_by_one_worker(sim, start):
    first, second = start_pair(sim, start)

    first.wait_log("the conduit has no subscriptions")
    second.drain()
    assert "no subscriptions" not in second.log
    assert first.log.count("the conduit has no subscriptions") == 1
