"""Orders to move a session, and the load that they come under."""

from programs import full_rate
from waiting import wait_for


def load(sim, daemon):
    """Begins two seconds of load, once that before is done with, and waits for some of it.

    Not more of it: a machine that cannot keep up has to be done before Twitch's patience is over.
    """
    daemon.wait_caught_up(sim)
    sim.generate(full_rate(), events_max=2 * full_rate())
    daemon.wait_lines(len(daemon.raw_lines) + 200)


def wait_moved(sim, ended_before):
    """Waits until the session told to move has ended and its successor alone is left."""
    wait_for(lambda: len(sim.state()["ended"]) > ended_before, "the old session ends")
    sim.wait_one_session()
