"""A lock that the swarm itself holds."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils.swarm.lock import (
    Holder,
    config_spec,
    holder_of,
    refusal_to_take,
)

HOLDER = Holder("run-1", "ada", "controller-7", "release 1.4", since=1_000, expires=2_000)


def config(spec):
    return {"ID": "c1", "Spec": spec}


def test_config_tells_who_has_it():
    assert holder_of(config(config_spec("deploy", HOLDER))) == HOLDER


@pytest.mark.parametrize(
    ("holder", "run", "now", "force"),
    [
        (None, "run-2", 1_500, False),
        (HOLDER, "run-1", 1_500, False),
        (HOLDER, "run-2", 2_000, False),
        (HOLDER, "run-2", 1_500, True),
    ],
)
def test_free_own_expired_or_broken_lock_can_be_taken(holder, run, now, force):
    assert refusal_to_take(holder, run, now, force) is None


def test_others_are_told_who_since_when_from_where_and_for_how_long():
    refusal = refusal_to_take(HOLDER, "run-2", 1_500, force=False)
    assert refusal is not None
    assert "ada at controller-7 has had it since 1970-01-01 00:16:40 UTC for release 1.4" in refusal
    assert "expires in 0:08:20" in refusal


@pytest.mark.parametrize("spec", [{"Name": "x"}, {"Name": "x", "Data": "bm90IGpzb24="}, {"Name": "x", "Data": "e30="}])
def test_lock_of_unknown_make_is_respected(spec):
    assert "somebody at an unknown place" in (refusal_to_take(holder_of(config(spec)), "run-2", 2**35, False) or "")
