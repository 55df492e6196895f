"""How many managers a swarm can lose."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.quorum import (
    Quorum,
    quorum_of,
    refusal_to_demote,
    refusal_to_stop,
    warning_about_count,
)


def quorum(managers, reachable):
    ids = [f"n{number}" for number in range(managers)]
    return Quorum(frozenset(ids), frozenset(ids[:reachable]))


@pytest.mark.parametrize(
    ("managers", "reachable", "needed", "held", "tolerates"),
    [
        (1, 1, 1, True, 0),
        (2, 2, 2, True, 0),
        (2, 1, 2, False, 0),
        (3, 3, 2, True, 1),
        (3, 2, 2, True, 0),
        (3, 1, 2, False, 0),
        (4, 4, 3, True, 1),
        (5, 5, 3, True, 2),
        (7, 6, 4, True, 2),
    ],
)
def test_majority_is_needed(managers, reachable, needed, held, tolerates):
    found = quorum(managers, reachable)
    assert (found.needed, found.held, found.tolerates) == (needed, held, tolerates)


def test_only_managers_count(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager", state="down"), make.node("w1")]
    assert quorum_of(nodes) == Quorum(frozenset({"id-m1", "id-m2"}), frozenset({"id-m1"}))


@pytest.mark.parametrize(("managers", "reachable"), [(2, 2), (3, 3), (5, 4), (5, 5), (4, 4)])
def test_manager_may_go_while_the_rest_has_a_quorum(managers, reachable):
    assert refusal_to_demote(quorum(managers, reachable), {"n0": "m0"}) is None


def test_manager_that_would_leave_no_quorum_is_refused_with_the_numbers():
    refusal = refusal_to_demote(quorum(3, 2), {"n0": "m0"})
    assert refusal is not None
    assert "demoting m0 would cost the swarm its quorum" in refusal
    assert "now 2 of 3 managers reachable, 2 needed" in refusal
    assert "afterwards 1 of 2 managers reachable, 2 needed" in refusal


@pytest.mark.parametrize(("managers", "reachable"), [(3, 2), (4, 3), (5, 3)])
def test_manager_nobody_reaches_may_go_as_long_as_there_is_a_quorum(managers, reachable):
    assert refusal_to_demote(quorum(managers, reachable), {f"n{managers - 1}": "dead"}) is None


def test_nobody_may_go_without_a_quorum():
    assert "there is no quorum (1 of 3" in (refusal_to_demote(quorum(3, 1), {"n2": "dead"}) or "")


def test_last_manager_stays():
    assert "m0 is the last manager" in (refusal_to_demote(quorum(1, 1), {"n0": "m0"}) or "")


def test_all_managers_at_once_are_refused():
    refusal = refusal_to_demote(quorum(3, 3), {"n0": "m0", "n1": "m1", "n2": "m2"})
    assert "m0, m1, m2 is the last manager" in (refusal or "")


def test_worker_is_no_matter_of_quorum():
    assert refusal_to_demote(quorum(1, 1), {"w": "w1"}) is None
    assert refusal_to_stop(quorum(3, 2), {"w": "w1"}) is None


@pytest.mark.parametrize(
    ("managers", "reachable", "refused"), [(3, 3, False), (3, 2, True), (2, 2, True), (5, 4, False)]
)
def test_stopped_manager_still_counts(managers, reachable, refused):
    assert (refusal_to_stop(quorum(managers, reachable), {"n0": "m0"}) is not None) is refused


def test_only_manager_may_be_stopped():
    assert refusal_to_stop(quorum(1, 1), {"n0": "m0"}) is None


def test_stopping_a_manager_that_is_unreachable_anyway_costs_nothing():
    assert refusal_to_stop(quorum(3, 2), {"n2": "m2"}) is None


@pytest.mark.parametrize("managers", [0, 1, 3, 5, 7])
def test_odd_numbers_are_fine(managers):
    assert warning_about_count(managers) is None


@pytest.mark.parametrize(
    ("managers", "says"), [(2, "can lose none, no more than 1"), (4, "can lose only 1, no more than 3")]
)
def test_even_number_is_warned_of(managers, says):
    assert says in (warning_about_count(managers) or "")


@pytest.mark.parametrize(
    ("managers", "reachable", "remedy"), [(2, 2, "Make another node a manager"), (3, 2, "Bring the unreachable")]
)
def test_refusal_to_stop_says_what_helps(managers, reachable, remedy):
    assert remedy in (refusal_to_stop(quorum(managers, reachable), {"n0": "m0"}) or "")
