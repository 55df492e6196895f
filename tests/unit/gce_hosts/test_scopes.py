"""Disks belong to a zone and addresses to a region: one of the same name elsewhere is another one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.instances import Policy, decide
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan

from tests.unit.gce_hosts.fleet import BASE, OWNER, address, boot_disk, current, declared, instance, with_address

ELSEWHERE = "us-central1-a"
DATA = {"name": "data", "size_gb": 20, "type": "pd-balanced", "auto_delete": True}
KEPT = {**DATA, "auto_delete": False}


def disk_elsewhere(name: str = "web-1", **changes: Any) -> dict[str, Any]:
    return boot_disk(name, **{"zone": f"{BASE}projects/p/zones/{ELSEWHERE}", "users": [], **changes})


def address_elsewhere(name: str = "web-1", **changes: Any) -> dict[str, Any]:
    region = f"{BASE}projects/p/regions/us-central1"
    return address(name, **{"ip": "198.51.100.1", "region": region, **changes})


def plan_of(there: Any, policy: Policy | None = None, **options: Any) -> Plan:
    return decide(declared(**options), there, OWNER, policy or Policy())


def actions(plan: Plan) -> list[str]:
    return [f"{step.action} {step.name} {step.where}" for step in plan.steps]


@pytest.mark.parametrize("first", [True, False])
def test_a_foreign_disk_elsewhere_does_not_delete_a_host(first: bool) -> None:
    foreign = disk_elsewhere(sourceImage=f"{BASE}projects/x/global/images/theirs", sizeGb="500", labels={})
    disks = [boot_disk(), foreign] if first else [foreign, boot_disk()]
    plan = plan_of(current(instance(), disks=disks), Policy(update="recreate"), boot_disk={"size_gb": 10})
    assert not plan.changed
    assert plan.held == ()


@pytest.mark.parametrize("labels", [{}, {"fleet": "other"}])
def test_a_foreign_disk_elsewhere_is_no_obstacle(labels: dict[str, str]) -> None:
    disks = [boot_disk(), disk_elsewhere("web-1-data", labels=labels)]
    assert actions(plan_of(current(instance(), disks=disks), disks=[DATA])) == [
        "create_disk web-1-data europe-west1-b",
        "attach_disk web-1 europe-west1-b",
    ]
    (created,) = plan_of(current(disks=disks[1:]), disks=[DATA]).steps
    assert "initializeParams" in created.detail["body"]["disks"][1]


def test_an_attached_disk_is_compared_in_its_own_zone() -> None:
    body = instance()
    data = {"source": f"{BASE}projects/p/zones/europe-west1-b/disks/web-1-data", "autoDelete": True}
    body["disks"] = [*body["disks"], {**data, "deviceName": "data"}]
    disks = [boot_disk(), boot_disk("web-1-data", sizeGb="20"), disk_elsewhere("web-1-data", sizeGb="500")]
    assert not plan_of(current(body, disks=disks), disks=[DATA]).changed


def test_a_kept_disk_with_data_in_another_zone_is_not_left_behind_silently() -> None:
    disks = [disk_elsewhere("web-1-data", sizeGb="20")]
    with pytest.raises(DeclarationError, match=r"web-1-data .*us-central1-a.*europe-west1-b"):
        plan_of(current(disks=disks), disks=[KEPT])


def test_an_address_elsewhere_is_not_the_hosts() -> None:
    there = current(addresses=[address_elsewhere()])
    steps = plan_of(there, external_address="reserved").steps
    assert [(step.action, step.where) for step in steps] == [
        ("reserve_address", "europe-west1"),
        ("create_instance", "europe-west1-b"),
    ]


def test_an_address_of_others_elsewhere_is_no_obstacle() -> None:
    there = current(addresses=[address_elsewhere(labels={"fleet": "other"}, users=["x/instances/y"])])
    assert len(plan_of(there, external_address="reserved").steps) == 2


def test_both_addresses_of_one_name_are_known() -> None:
    there = current(with_address(instance()), addresses=[address(), address_elsewhere()])
    assert not plan_of(there, external_address="reserved").changed
    there = current(with_address(instance()), addresses=[address_elsewhere(), address()])
    assert not plan_of(there, external_address="reserved").changed


def test_a_left_over_address_is_named_with_what_it_costs() -> None:
    there = current(with_address(instance()), addresses=[address(), address_elsewhere(), address("web-9")])
    plan = plan_of(there, external_address="reserved")
    assert [(item["name"], item["region"]) for item in plan.unused] == [
        ("web-1", "us-central1"),
        ("web-9", "europe-west1"),
    ]
    assert all(item["usd_per_month"] == 7.3 for item in plan.unused)


def test_left_over_addresses_of_one_name_are_all_given_back() -> None:
    there = current(with_address(instance()), addresses=[address(), address_elsewhere(), address("web-9")])
    plan = plan_of(there, Policy(shrink=True), external_address="reserved")
    assert actions(plan) == ["release_address web-1 us-central1", "release_address web-9 europe-west1"]
    assert plan.unused == ()
    both = current(addresses=[address("web-9"), address_elsewhere("web-9")])
    plan = plan_of(both, Policy(shrink=True), count=0)
    assert sorted(actions(plan)) == ["release_address web-9 europe-west1", "release_address web-9 us-central1"]


def test_an_internal_or_used_address_costs_nothing_and_is_not_named() -> None:
    there = current(addresses=[address("web-9", addressType="INTERNAL"), address("web-8", users=["x"])])
    assert plan_of(there, count=0).unused == ()


def test_a_host_that_moves_to_another_region_leaves_no_address_behind() -> None:
    there = current(with_address(instance()), addresses=[address(users=["x/instances/web-1"])])
    plan = plan_of(there, Policy(update="recreate"), zones=[ELSEWHERE], external_address="reserved")
    assert actions(plan) == [
        "delete_instance web-1 europe-west1-b",
        "release_address web-1 europe-west1",
        "reserve_address web-1 us-central1",
        "create_instance web-1 us-central1-a",
    ]


# -- protection set by hand ----------------------------------------------------------------------------


def test_protection_set_by_hand_stays_where_nothing_is_declared() -> None:
    assert not plan_of(current(instance(deletionProtection=True)), deletion_protection=None).changed
    plan = plan_of(current(instance(deletionProtection=True)), deletion_protection=False)
    assert actions(plan) == ["set_deletion_protection web-1 europe-west1-b"]
    (created,) = plan_of(current(), deletion_protection=None).steps
    assert not created.detail["body"].get("deletionProtection")
