"""What becomes of a lock that several managers were asked for."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.outcome import (
    Lock,
    latest,
    lock_after,
)

MANAGERS = ["m2", "m1", "m3"]
NOW = 1_000.0
UNREACHABLE = {"item": "m1", "unreachable": True, "msg": "no route"}


def held(name, place="swarm", expires=4_600):
    return {"item": name, "held": True, "place": place, "holder": {"expires": expires}}


def refused(name, msg="the swarm is locked: ada at runner-9 has had it since 1970"):
    return {"item": name, "held": False, "msg": msg}


def on(*pairs):
    return [{"host": host, "place": place} for host, place in pairs]


def names(lock):
    return [each["host"] for each in lock.release]


def test_swarm_holds_it_and_any_manager_can_give_it_back():
    lock = lock_after([held("m1")], Lock(), MANAGERS, NOW)
    assert (lock.held, lock.refusal, lock.renew_after) == (on(("m1", "swarm")), None, 2_800)
    assert lock.release == [
        {"host": "m1", "last": True},
        {"host": "m2", "last": True},
        {"host": "m3", "last": True},
    ]


def test_without_a_swarm_every_manager_holds_it():
    results = [held(name, "host") for name in sorted(MANAGERS)]
    lock = lock_after(results, Lock(), MANAGERS, NOW)
    assert lock.release == [{"host": name, "last": False} for name in ("m1", "m2", "m3")]


def test_locks_of_hosts_are_given_back_after_the_swarm_has_come_to_be():
    before = lock_after([held(name, "host") for name in sorted(MANAGERS)], Lock(), MANAGERS, NOW)
    lock = lock_after([held("m1")], before, MANAGERS, NOW + 10)
    assert lock.held == on(("m1", "host"), ("m2", "host"), ("m3", "host"), ("m1", "swarm"))
    assert lock.release == [
        {"host": "m2", "last": False},
        {"host": "m3", "last": False},
        {"host": "m1", "last": True},
    ]


def test_unreachable_manager_does_not_count():
    assert lock_after([UNREACHABLE, held("m2")], Lock(), MANAGERS, NOW).held == on(("m2", "swarm"))


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([refused("m1")], "the swarm is locked: ada at runner-9 has had it since 1970. If that run"),
        ([held("m1", "host"), refused("m2")], "ada at runner-9"),
        (
            [{"item": "m1", "failed": True, "msg": "the lock file cannot be written on this host: read-only"}],
            "lock file cannot be written",
        ),
        ([refused("m1"), {"item": "m2", "msg": "lock file cannot be written"}], "lock file cannot be written"),
        ([{"item": "m1"}], "the lock could not be taken"),
    ],
)
def test_refusal_says_why_and_what_was_taken_by_then_is_given_back(results, said):
    lock = lock_after(results, Lock(), MANAGERS, NOW)
    assert said in lock.refusal
    assert "-e swarm_lock_break=true" in lock.refusal
    assert names(lock) == [result["item"] for result in results if result.get("held")]


@pytest.mark.parametrize("results", [[], [UNREACHABLE], [{"item": "m1", "skipped": True}]])
def test_nobody_asked_leaves_it_as_it_was(results):
    before = lock_after([held("m1")], Lock(), MANAGERS, NOW)
    after = lock_after(results, before, MANAGERS, NOW + 1)
    assert (after.held, after.renew_after, after.release) == (before.held, before.renew_after, before.release)
    assert lock_after(results, Lock(), MANAGERS, NOW).release == []


def test_nobody_declared_holds_nothing():
    assert lock_after([], Lock(), [], NOW) == Lock(as_of=NOW)


def test_a_lock_that_nobody_was_asked_for_is_not_taken_for_one():
    """A host believed that this run has it still."""
    assert "no declared manager was asked" in lock_after([], Lock(), MANAGERS, NOW).refusal


def test_managers_that_cannot_be_reached_refuse_nothing():
    """What follows from it is decided on their memberships: nothing is founded without them."""
    assert lock_after([UNREACHABLE], Lock(), MANAGERS, NOW).refusal is None


def test_it_is_renewed_once_half_of_its_time_is_over():
    assert lock_after([held("m1"), held("m2", expires=2_000)], Lock(), MANAGERS, NOW).renew_after == 1_500


def test_hosts_of_another_play_and_hosts_that_were_away_do_not_bring_an_old_lock_back():
    taken = lock_after([held("m1")], Lock(), MANAGERS, NOW)
    released = Lock(as_of=NOW + 5)
    assert latest([asdict(taken), {}, asdict(released)]) == released
    assert latest([{"skipped": True}, asdict(taken)]).held == taken.held
    assert latest([]) == Lock()
