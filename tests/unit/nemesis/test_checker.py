"""The checker accepts what may happen, and finds each thing that must not: by histories made by hand."""

from __future__ import annotations

import pytest

from tests.nemesis.checker import problems


def begin(t, run, *services, stack="shop"):
    return {"t": t, "type": "begin", "run": run, "stack": stack, "services": list(services)}


def end(t, run, outcome="ok"):
    return {"t": t, "type": "end", "run": run, "outcome": outcome}


def sample(t, lock=None, final=False, cluster="c1", sentinels=("guard",), orphans=(), stack="shop", **services):
    """A moment; `lock` as `("run", index)`, services by name with the run whose mark they carry."""
    held = {"run": lock[0], "index": lock[1]} if lock else None
    there = {name: {"run": run} for name, run in services.items()}
    return {
        "t": t,
        "type": "final" if final else "sample",
        "cluster": cluster,
        "stacks": {stack: {"lock": held, "services": there}},
        "sentinels": list(sentinels),
        "orphans": list(orphans),
    }


def final(t, **more):
    return sample(t, final=True, **more)


GOOD = [
    begin(0, "a1", "web"),
    sample(1, ("a1", 5), web="a1"),
    end(3, "a1"),
    sample(6, web="a1"),
    begin(10, "b1", "web", "his"),
    sample(12, ("b1", 9), web="a1"),
    sample(13, ("b1", 9), web="b1", his="b1"),
    end(15, "b1"),
    sample(20, web="b1", his="b1"),
    final(30, web="b1", his="b1"),
]


def test_a_history_in_which_each_deploy_supersedes_the_one_before_is_clean():
    assert problems(GOOD) == []


def test_an_acknowledged_deploy_that_is_gone_is_found():
    assert problems([*GOOD[:-2], final(30, web="a1")]) == [
        "stack shop: b1 was acknowledged, but at 30 s the stack was web of a1"
    ]


def test_a_run_that_wakes_without_its_lock_and_removes_anothers_service_is_found():
    """The fault this was built for: a1 was stopped, b1 deployed, a1 woke and rolled back."""
    history = [
        begin(0, "a0", "web"),
        end(2, "a0"),
        sample(4, web="a0"),
        begin(5, "a1", "web"),
        sample(7, ("a1", 5), web="a1"),
        begin(8, "b1", "web", "his"),
        sample(40, ("b1", 9), web="b1", his="b1"),
        end(45, "b1"),
        sample(48, web="b1", his="b1"),
        sample(52, web="a0"),
        end(55, "a1", "failed"),
        final(60, web="a0"),
    ]
    assert problems(history) == ["stack shop: b1 was acknowledged, but at 52 s the stack was web of a0"]


def test_work_of_a_run_that_does_not_hold_the_lock_is_found():
    history = [
        begin(0, "a1", "web"),
        sample(1, ("a1", 5)),
        begin(2, "b1", "web"),
        sample(40, ("b1", 9)),
        sample(41, ("b1", 9), web="a1"),
        sample(42, ("b1", 9), web="b1"),
        end(45, "b1"),
        end(46, "a1", "failed"),
        final(60, web="b1"),
    ]
    assert problems(history) == ["stack shop: at 41 s a1 changed web while b1 held the lock"]


def test_the_way_back_to_what_was_there_before_is_no_foreign_work():
    history = [
        begin(0, "a1", "web"),
        end(3, "a1"),
        sample(6, web="a1"),
        begin(10, "b1", "web"),
        sample(11, ("b1", 9), web="a1"),
        sample(12, ("b1", 9), web="b1"),
        sample(14, ("b1", 9), web="a1"),
        end(16, "b1", "failed"),
        final(30, web="a1"),
    ]
    assert problems(history) == []


def test_a_lock_that_comes_back_to_an_earlier_holder_is_found():
    history = [
        begin(0, "a1"),
        begin(0, "b1"),
        sample(1, ("a1", 5)),
        sample(2, ("b1", 9)),
        sample(3, ("a1", 5)),
        end(4, "a1"),
        end(4, "b1", "failed"),
        final(9),
    ]
    assert "stack shop: at 3 s a1 held the lock that b1 had taken after it" in problems(history)


def test_a_run_that_was_killed_may_have_got_half_way():
    history = [
        begin(0, "a1", "web"),
        end(3, "a1"),
        begin(5, "b1", "web", "his"),
        end(7, "b1", "unknown"),
        sample(9, web="b1"),
        begin(20, "a2", "web"),
        end(25, "a2"),
        final(30, web="a2"),
    ]
    assert problems(history) == []


def test_the_module_of_a_killed_controller_may_still_get_the_lock():
    """It waited for it meanwhile, and then removes the stack as it was told to."""
    history = [
        begin(0, "a1"),
        end(2, "a1", "unknown"),
        begin(5, "b1", "web"),
        sample(6, ("b1", 5), web="b1"),
        end(9, "b1"),
        sample(9.5, ("a1", 7)),
        sample(12, ("a1", 7)),
        begin(20, "a2", "web"),
        end(25, "a2"),
        final(30, web="a2"),
    ]
    assert problems(history) == []


def test_but_not_for_ever():
    history = [
        begin(0, "a1"),
        end(2, "a1", "unknown"),
        begin(500, "b1", "web"),
        end(505, "b1"),
        final(510),
    ]
    assert problems(history) == ["stack shop: b1 was acknowledged, but at 510 s the stack was empty"]


def test_a_run_that_never_had_the_lock_excuses_nothing():
    history = [
        begin(0, "a1", "web"),
        end(3, "a1"),
        begin(5, "b1", "web", "his"),
        end(7, "b1", "refused"),
        final(9),
    ]
    assert problems(history) == ["stack shop: a1 was acknowledged, but at 9 s the stack was empty"]


def test_a_removal_that_was_acknowledged_leaves_nothing():
    removed = [begin(40, "a9"), end(45, "a9")]
    assert problems([*GOOD, *removed, final(50)]) == []
    assert problems([*GOOD, *removed, final(50, web="b1")]) == [
        "stack shop: a9 was acknowledged, but at 50 s the stack was web of b1"
    ]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"cluster": "c2"}, "2 clusters were seen: c1, c2"),
        ({"sentinels": ()}, "at 30 s somebody else's objects were gone: guard"),
        ({"orphans": ["config shop_conf.3"]}, "in the end left over: config shop_conf.3"),
    ],
)
def test_what_concerns_the_whole_swarm_is_found(more, told):
    assert problems([*GOOD[:-1], final(30, web="b1", his="b1", **more)]) == [told]


def test_what_proves_nothing_is_not_clean():
    assert problems([]) == [
        "no deploy was acknowledged, so nothing is proved",
        "the history has no end, so nothing is proved",
    ]


def test_stacks_are_looked_at_apart():
    assert problems([*GOOD, begin(2, "x1", "web", stack="other"), end(4, "x1", "failed")]) == []
