"""Which unlock keys are kept."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.unlock_keys import Keys, keys_after

NONE = Keys(None, None)
FIRST = Keys("one\n", None)
ROTATED = Keys("two\n", "one\n")


@pytest.mark.parametrize(
    ("kept", "key", "everybody", "after"),
    [
        (NONE, "one", True, FIRST),
        (NONE, "", True, NONE),
        (FIRST, "one", True, FIRST),
        (FIRST, "", True, FIRST),
        # Replaced while somebody may be down: both are kept, whoever was reached in that very run.
        (FIRST, "two", False, ROTATED),
        (FIRST, "two", True, ROTATED),
        (ROTATED, "two", False, ROTATED),
        (ROTATED, "two", True, Keys("two\n", None)),
        (ROTATED, "three", True, Keys("three\n", "two\none\n")),
        # Back to a key of before: it is not a former one any more.
        (ROTATED, "one", False, Keys("one\n", "two\n")),
        (ROTATED, "", True, ROTATED),
    ],
)
def test_former_keys_stay_until_a_later_run_finds_everybody_at_work(kept, key, everybody, after):
    assert keys_after(kept, key, everybody) == after
