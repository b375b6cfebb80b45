"""Twenty workers that choose their shards at once."""

import collections

from control import Ctl
from workers import LOOKS, enabled, start_auto, wait_each_has_one, wait_holding
from waiting import wait_for


def test_twenty_at_once_end_with_twenty_shards_and_after_seven_deaths_again(
    start_sim, start, tmp_path
):
    ctl = Ctl(tmp_path / "state")
    sim = start_sim()
    sim.create_conduit(20)
    workers = {name: start_auto(start, sim, name) for name in map("w{}".format, range(20))}
    before = wait_each_has_one(sim, 20)
    assert sorted(map(int, wait_holding(ctl, 20).values())) == list(range(20))

    for name in list(workers)[3:10]:
        workers.pop(name).kill()
        workers[name] = start_auto(start, sim, name)
    wait_for(
        lambda: len(set(enabled(sim).values()) - set(before.values())) == 7, "seven sessions anew", LOOKS
    )
    after = wait_each_has_one(sim, 20)

    held = wait_holding(ctl, 20)
    assert sorted(map(int, held.values())) == list(range(20))
    assert collections.Counter(after.values()).most_common(1)[0][1] == 1
    sent = set(sim.emit(count=200))
    received = [set(worker.drain()) for worker in workers.values()]
    assert set.union(*received) == sent
