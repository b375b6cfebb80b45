"""Times as the simulator writes them; its clock may run faster than ours."""


def seconds_of(text):
    """The second of the day of an RFC 3339 time."""
    hours, minutes, seconds = text.split("T")[1].rstrip("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def seconds_between(earlier, later):
    return (seconds_of(later) - seconds_of(earlier)) % 86400
