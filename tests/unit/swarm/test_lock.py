"""Who may have the lock, and where it is kept."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.places import HostPlace
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    NOBODY,
    Holder,
    MayBreak,
    SwarmLockedError,
    Unchanged,
    config_spec,
    holder_of,
    in_words,
    refuse_unless_free,
    release,
    take,
)

HOLDER = Holder("run-1", "ada", "controller-7", "release 1.4", since=1_000, expires=2_000)
OTHER = Holder("run-2", "bob", "controller-8", "release 1.5", since=1_500, expires=2_500)


@pytest.fixture
def place(tmp_path):
    return HostPlace("deploy", tmp_path / "locks")


def config(spec):
    return {"ID": "c1", "Spec": spec}


def test_config_tells_who_has_it():
    assert holder_of(config(config_spec("deploy", HOLDER))) == HOLDER


def test_config_tells_until_when_by_its_label_which_can_be_changed():
    spec = config_spec("deploy", HOLDER)
    later = config_spec("deploy", replace(HOLDER, expires=9_000))
    assert holder_of(config({**spec, "Labels": later["Labels"]})) == replace(HOLDER, expires=9_000)


@pytest.mark.parametrize(
    ("holder", "run", "now", "may_break"),
    [
        (None, "run-2", 1_500, NOBODY),
        (HOLDER, "run-1", 1_500, NOBODY),
        (HOLDER, "run-2", 2_000, NOBODY),
        (HOLDER, "run-2", 1_500, MayBreak(force=True)),
        (HOLDER, "run-2", 1_500, MayBreak(run="run-1")),
    ],
)
def test_free_own_expired_or_breakable_lock_is_not_refused(holder, run, now, may_break):
    refuse_unless_free(holder, run, now, may_break)


@pytest.mark.parametrize("may_break", [NOBODY, MayBreak(run="run-7")])
def test_others_are_told_who_since_when_from_where_for_what_and_for_how_long(may_break):
    with pytest.raises(SwarmLockedError) as refused:
        refuse_unless_free(HOLDER, "run-2", 1_500, may_break)
    assert "ada at controller-7 has had it since 1970-01-01 00:16:40 UTC for release 1.4" in str(refused.value)
    assert "expires in 0:08:20" in str(refused.value)
    assert refused.value.holder == HOLDER


def test_a_lock_that_has_expired_is_told_as_such():
    assert in_words(HOLDER, 2_000).endswith("The lock has expired")


@pytest.mark.parametrize("spec", [{"Name": "x"}, {"Name": "x", "Data": "bm90IGpzb24="}, {"Name": "x", "Data": "e30="}])
def test_lock_of_unknown_make_is_respected(spec):
    with pytest.raises(SwarmLockedError, match="somebody at an unknown place .* does not expire"):
        refuse_unless_free(holder_of(config(spec)), "run-2", 2**35, NOBODY)


def test_lock_on_a_host_is_taken_once_and_given_back(place):
    assert place.holder() is None
    assert take(place, HOLDER, 1_000, NOBODY) == (True, HOLDER)
    assert place.holder() == HOLDER
    with pytest.raises(SwarmLockedError, match="ada at controller-7"):
        take(place, OTHER, 1_500, NOBODY)
    assert release(place, "run-2", force=False) == HOLDER
    assert release(place, "run-1", force=False) is None
    assert place.holder() is None
    assert take(place, OTHER, 1_500, NOBODY) == (True, OTHER)


def test_lock_on_a_host_of_unknown_make_is_respected(place, tmp_path):
    take(place, HOLDER, 1_000, NOBODY)
    (tmp_path / "locks" / "deploy.lock").write_text("busy")
    with pytest.raises(SwarmLockedError, match="somebody at an unknown place"):
        take(place, OTHER, 1_500, NOBODY)
    assert release(place, "run-2", force=True) is None


def test_same_run_keeps_it_and_gets_more_time_when_half_is_gone(place):
    take(place, HOLDER, 1_000, NOBODY)
    early = replace(HOLDER, since=1_400, expires=2_400)
    assert take(place, early, 1_400, NOBODY) == (False, HOLDER)
    late = replace(HOLDER, since=1_600, expires=2_600)
    assert take(place, late, 1_600, NOBODY) == (True, replace(HOLDER, expires=2_600))


def test_who_finds_it_expired_too_late_is_refused(place):
    take(place, HOLDER, 1_000, NOBODY)
    third = Holder("run-3", "eve", "controller-9", "release 1.6", since=2_100, expires=3_100)

    class SlowPlace(HostPlace):
        def holder(self):
            found = super().holder()
            if found == HOLDER:
                take(place, third, 2_100, NOBODY)
            return found

    slow = SlowPlace("deploy", place._path.parent)
    with pytest.raises(SwarmLockedError, match="the swarm is locked: eve at controller-9"):
        take(slow, replace(OTHER, expires=3_000), 2_100, NOBODY)
    assert place.holder() == third


def test_of_many_at_once_exactly_one_has_it(place):
    taken = []

    def contend(number):
        try:
            take(place, replace(HOLDER, run=f"run-{number}"), 1_000, NOBODY)
            taken.append(number)
        except SwarmLockedError:
            pass

    threads = [threading.Thread(target=contend, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1
    assert place.holder().run == f"run-{taken[0]}"


def test_check_mode_tells_and_takes_nothing(place):
    assert take(Unchanged(place), HOLDER, 1_000, NOBODY) == (True, HOLDER)
    assert place.holder() is None
    take(place, HOLDER, 1_000, NOBODY)
    assert release(Unchanged(place), "run-1", force=False) is None
    assert place.holder() == HOLDER
