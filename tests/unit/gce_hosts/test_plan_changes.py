"""What a plan does to each host or rule, in the words of the plan of a whole run."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import SETTLE, Plan, Step


def change(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    lane = tuple(Step(action, kind, "web-1", "zone-b", detail={"body": "a secret"}) for action, kind in steps)
    return [(item["kind"], item["action"]) for item in Plan({"web-1": lane}).changes()]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([("reserve_address", "address"), ("create_instance", "instance")], ("host", "create")),
        ([("stop", "instance"), ("set_machine_type", "instance"), ("start", "instance")], ("host", "change")),
        ([("create_disk", "disk"), ("attach_disk", "instance")], ("host", "change")),
        ([("delete_instance", "instance"), ("create_instance", "instance")], ("host", "change")),
        ([("delete_instance", "instance"), ("release_address", "address")], ("host", "delete")),
        ([("create_firewall", "firewall")], ("firewall rule", "create")),
        ([("update_firewall", "firewall")], ("firewall rule", "change")),
        ([("delete_firewall", "firewall")], ("firewall rule", "delete")),
        ([("release_address", "address")], ("address", "delete")),
    ],
)
def test_each_lane_is_one_change(steps: list[tuple[str, str]], told: tuple[str, str]) -> None:
    assert change(*steps) == [told]


def test_waiting_changes_nothing() -> None:
    assert change((SETTLE, "instance")) == []


def test_what_requests_need_beyond_is_not_shown() -> None:
    step = Step("create_instance", "instance", "web-1", "zone-b", None, {"metadata": "x"}, {"body": "a secret"})
    (item,) = Plan({"web-1": (step,)}).changes()
    assert item["details"] == ["create instance web-1 (zone-b)"]
