"""Says from a recorded history whether anything was lost. No I/O, and nothing shared with what records.

A history is a list of events, each with `t` (seconds) and `type`:

- `begin`: a controller starts `run` on `stack`. `services` is what shall be there: names of services by which the run's
  own mark is known, empty for a removal.
- `end`: the run's end; `outcome` is `ok` (acknowledged), `failed` (told so), `refused` (it never had the lock) or
  `unknown` (killed).
- `sample`: the swarm at one moment, by one manager: `cluster` (its id); `stacks`, by name, each with `lock` (the `run`
  that holds it, and its `index`, which counts up through all of the swarm's life; null if nobody does) and `services`
  (by name, the `run` whose mark it carries); `sentinels` (names of objects that no deploy may touch).
- `final`: as `sample`, once all faults are over, all runs have ended and each stack was deployed once more; besides,
  `orphans` (objects of a stack that nothing uses).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]

# Seconds that a sample may be late against the clock of the controllers.
SLACK = 1.5
# Seconds that a module lives at most once its controller is gone: it waits for the lock, deploys and rolls back.
LEFT_BEHIND = 300


@dataclass(frozen=True)
class Run:
    """One deploy: when it began and ended, and what it was to leave behind."""

    name: str
    stack: str
    services: frozenset[str]
    began: float
    ended: float
    outcome: str


def problems(history: Iterable[Event]) -> list[str]:
    """Everything that must not have happened, in words; empty if nothing of it did."""
    events = sorted(history, key=lambda event: event["t"])
    runs = runs_in(events)
    samples = [event for event in events if event["type"] in ("sample", "final")]
    stacks = sorted({run.stack for run in runs.values()})
    found = cluster_ids(samples) + lost_sentinels(samples) + orphans(samples) + no_end(events)
    for stack in stacks:
        seen = [(event["t"], event["stacks"].get(stack, {"services": {}, "lock": None})) for event in samples]
        of_stack = {name: run for name, run in runs.items() if run.stack == stack}
        found += [f"stack {stack}: {text}" for text in lost_deploys(of_stack, seen) + foreign_work(seen)]
    return found


def runs_in(events: Sequence[Event]) -> dict[str, Run]:
    """The runs, by name. One without an end may have acted at any time."""
    ends = {event["run"]: event for event in events if event["type"] == "end"}
    runs = {}
    for event in events:
        if event["type"] == "begin":
            end = ends.get(event["run"], {"t": float("inf"), "outcome": "unknown"})
            services = frozenset(event["services"])
            runs[event["run"]] = Run(event["run"], event["stack"], services, event["t"], end["t"], end["outcome"])
    return runs


def cluster_ids(samples: Sequence[Event]) -> list[str]:
    """There is one cluster, and it is the same all the time."""
    ids = sorted({event["cluster"] for event in samples})
    return [f"{len(ids)} clusters were seen: {', '.join(ids)}"] if len(ids) > 1 else []


def lost_sentinels(samples: Sequence[Event]) -> list[str]:
    """What belongs to no stack of the load is always there."""
    known: set[str] = set()
    found = []
    for event in samples:
        gone = known - set(event["sentinels"])
        known |= set(event["sentinels"])
        if gone:
            found.append(f"at {event['t']:.0f} s somebody else's objects were gone: {', '.join(sorted(gone))}")
            known -= gone
    return found


def orphans(samples: Sequence[Event]) -> list[str]:
    """In the end no object is left that nothing uses."""
    return [
        f"in the end left over: {name}" for event in samples if event["type"] == "final" for name in event["orphans"]
    ]


def no_end(events: Sequence[Event]) -> list[str]:
    """A history that shows no acknowledged deploy or no end proves nothing."""
    found = []
    if not any(event["type"] == "end" and event["outcome"] == "ok" for event in events):
        found.append("no deploy was acknowledged, so nothing is proved")
    if not any(event["type"] == "final" for event in events):
        found.append("the history has no end, so nothing is proved")
    return found


def lost_deploys(runs: Mapping[str, Run], seen: Sequence[tuple[float, Event]]) -> list[str]:
    """From its acknowledgement until another run may have had the lock, the stack is what a run was to leave behind."""
    locks = locks_in(seen)
    found = []
    for run in runs.values():
        if run.outcome != "ok":
            continue
        until = min((superseded_from(run, other, locks) for other in runs.values()), default=float("inf"))
        for t, stack in seen:
            there = {name: service["run"] for name, service in stack["services"].items()}
            if run.ended + SLACK <= t < until and there != dict.fromkeys(run.services, run.name):
                found.append(f"{run.name} was acknowledged, but at {t:.0f} s the stack was {_told(there)}")
                break
    return found


def locks_in(seen: Sequence[tuple[float, Event]]) -> dict[str, tuple[int, float]]:
    """The lock of each run that was seen with one: its index, and when it was seen first."""
    locks: dict[str, tuple[int, float]] = {}
    for t, stack in seen:
        if stack["lock"]:
            locks.setdefault(stack["lock"]["run"], (stack["lock"]["index"], t))
    return locks


def superseded_from(run: Run, other: Run, locks: Mapping[str, tuple[int, float]]) -> float:
    """The earliest moment at which another run may have changed what this one left behind."""
    # The module of a controller that was killed goes on where it runs, and may still wait for the lock.
    may_act_until = other.ended + LEFT_BEHIND * (other.outcome == "unknown")
    if other is run or other.outcome == "refused" or may_act_until <= run.began:
        return float("inf")
    if run.name in locks and other.name in locks:
        (own, _t), (index, first_seen) = locks[run.name], locks[other.name]
        # Whoever had the lock before must not act any more, however late it wakes.
        return first_seen - SLACK if index > own else float("inf")
    return max(other.began, run.ended)


def foreign_work(seen: Sequence[tuple[float, Event]]) -> list[str]:
    """While one run holds the lock, no other one acts: looks at samples between which the same run held it."""
    found = []
    newest = (-1, "")
    before: dict[str, set[str]] = {}
    for (_t, earlier), (t, later) in zip(seen, seen[1:]):
        lock, previous = later["lock"], earlier["lock"]
        if lock and lock["index"] < newest[0]:
            found.append(f"at {t:.0f} s {lock['run']} held the lock that {newest[1]} had taken after it")
        if lock:
            newest = max(newest, (lock["index"], lock["run"]))
        if not (lock and previous and lock["index"] == previous["index"]):
            # What a rollback may lead back to.
            before = {}
            for name, service in [*earlier["services"].items(), *later["services"].items()]:
                before.setdefault(name, set()).add(service["run"])
            continue
        for name, service in later["services"].items():
            known = earlier["services"].get(name)
            changed = known is None or known["run"] != service["run"]
            if changed and service["run"] != lock["run"] and service["run"] not in before.get(name, set()):
                found.append(f"at {t:.0f} s {service['run']} changed {name} while {lock['run']} held the lock")
    return found


def _told(services: Mapping[str, str]) -> str:
    return ", ".join(f"{name} of {run}" for name, run in sorted(services.items())) or "empty"
