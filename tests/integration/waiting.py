"""Waiting for a condition, never for a length of time."""

import time

# Far above what anything takes on an idle machine: a build with sanitizers on two busy cores is
# some thirty times slower.
TIMEOUT = 60.0
_POLL_SECONDS = 0.02


def wait_for(condition, what, timeout=TIMEOUT):
    """Returns the first true value of `condition()`; fails with `what` when there is none in time.

    `what` is text, or a function that makes it: then it can say how far things came.
    """
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            text = what() if callable(what) else what
            raise AssertionError(f"not within {timeout:g} s: {text}")
        time.sleep(_POLL_SECONDS)
