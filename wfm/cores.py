"""How many processors this process may use."""

import os


def usable_cores() -> int:
    """Return the processors that the process may run on, at least 1.

    In a container or under ``taskset`` these are fewer than the machine has.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
