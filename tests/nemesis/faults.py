"""Which fault happens when, to what and for how long: all of it decided by the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.nemesis.bed import MANAGERS, WORKERS

CONTROLLERS = ("c1", "c2")


@dataclass(frozen=True)
class Fault:
    """Something that is done to a host or a controller; `lasts` and `pause` (until the next one) in seconds."""

    kind: str
    target: str
    lasts: float
    pause: float


# Kind, targets, shortest and longest duration. A module is stopped for longer than a lock lives (30 s).
_OF_HOSTS = (
    ("kill_engine", (*MANAGERS, *WORKERS), 8, 15),
    ("stop_engine", MANAGERS, 10, 50),
    ("stop_engine", WORKERS, 10, 30),
    ("partition", (*MANAGERS, *WORKERS), 10, 40),
    ("slow", (*MANAGERS, *WORKERS), 10, 30),
    ("fill_disk", WORKERS[:1], 10, 25),
    # The worker whose containers are kept in memory would forget them.
    ("reboot", (*MANAGERS, *WORKERS[1:]), 20, 30),
)
_OF_RUNS = (
    ("stop_module", MANAGERS, 40, 75),
    ("kill_module", MANAGERS, 1, 3),
    ("stop_controller", CONTROLLERS, 5, 45),
    ("kill_controller", CONTROLLERS, 1, 3),
    ("step_clock_forward", MANAGERS, 20, 45),
    ("step_clock_back", MANAGERS, 20, 45),
)
KINDS = frozenset(kind for kind, *_rest in (*_OF_HOSTS, *_OF_RUNS))


def of_hosts(seed: object) -> Iterator[Fault]:
    """Faults of hosts, one after another, so that a majority of managers is left at any time."""
    return _faults(random.Random(f"{seed}/hosts"), _OF_HOSTS, 5, 20)


def of_runs(seed: object) -> Iterator[Fault]:
    """Faults of modules, of the clock they read and of controllers, beside those of hosts."""
    return _faults(random.Random(f"{seed}/runs"), _OF_RUNS, 3, 15)


def _faults(rng: random.Random, kinds: tuple, shortest_pause: float, longest_pause: float) -> Iterator[Fault]:
    while True:
        # Round after round, so that a run of a quarter of an hour has each kind several times.
        for kind, targets, shortest, longest in rng.sample(kinds, len(kinds)):
            target = rng.choice(targets)
            yield Fault(kind, target, rng.uniform(shortest, longest), rng.uniform(shortest_pause, longest_pause))
