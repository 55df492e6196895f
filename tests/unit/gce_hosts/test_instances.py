from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError, Owner
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.instances import (
    Policy,
    decide,
    decide_absent,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan

from tests.unit.gce_hosts.fleet import (
    BASE,
    OLDER,
    OWNER,
    ZONE,
    address,
    boot_disk,
    current,
    declared,
    instance,
    with_address,
)


def actions(plan: Plan) -> list[str]:
    return [step.action for step in plan.steps]


def plan_for(*bodies: Any, policy: Policy | None = None, there: Any = None, **options: Any) -> Plan:
    return decide(declared(**options), there or current(*bodies), OWNER, policy or Policy())


def test_as_declared_is_no_change() -> None:
    plan = plan_for(instance())
    assert not plan.changed
    assert plan.diff() == {"before": {}, "after": {}}


def test_an_older_image_of_the_family_is_as_declared() -> None:
    there = current(instance(), disks=[boot_disk(sourceImage=f"{BASE}{OLDER}")])
    assert not plan_for(there=there).changed


def test_missing_hosts_are_made() -> None:
    plan = plan_for(instance(), count=2)
    assert [str(step) for step in plan.steps] == [f"create_instance instance web-2 ({ZONE})"]
    assert plan.diff()["after"]["instance web-2"]["image"] == "debian-13-trixie-v20261110"


def test_a_new_host_that_is_to_be_stopped_is_made_and_stopped() -> None:
    assert actions(plan_for(policy=Policy("stopped"))) == ["create_instance", "stop"]


def test_a_reserved_address_comes_before_its_host() -> None:
    assert actions(plan_for(external_address="reserved")) == ["reserve_address", "create_instance"]
    there = current(addresses=[address()])
    assert actions(plan_for(there=there, external_address="reserved")) == ["create_instance"]


def test_an_address_in_use_elsewhere_is_refused() -> None:
    there = current(addresses=[address(users=["x/instances/other"])])
    with pytest.raises(DeclarationError, match="in use by x/instances/other"):
        plan_for(there=there, external_address="reserved")


def test_without_an_image_nothing_can_be_made_but_hosts_can_be_kept() -> None:
    assert not plan_for(instance(), images=()).changed
    with pytest.raises(DeclarationError, match="cannot be created: set image or image_family"):
        plan_for(images=())


def test_names_that_strangers_have_are_refused() -> None:
    with pytest.raises(DeclarationError, match="does not carry the label fleet=shop"):
        plan_for(there=current(strangers={"web-1": ZONE}))


def test_hosts_of_another_group_are_refused() -> None:
    body = instance(labels={"fleet": "shop", "fleet-group": "db"})
    with pytest.raises(DeclarationError, match="group db"):
        plan_for(body)


def test_a_host_with_the_fleets_label_alone_is_taken_over() -> None:
    (step,) = plan_for(instance(labels={"fleet": "shop", "theirs": "1"})).steps
    assert step.action == "merge_labels"
    assert step.after == {"labels": {"fleet": "shop", "theirs": "1", "fleet-group": "web"}}


@pytest.mark.parametrize(
    ("changes", "action", "after"),
    [
        ({"labels": {"tier": "a"}}, "merge_labels", {"labels": {"tier": "a", "fleet": "shop", "fleet-group": "web"}}),
        ({"tags": ["b", "a"]}, "set_tags", {"tags": ["a", "b"]}),
        ({"metadata": {"k": "v"}}, "merge_metadata", {"metadata": {"k": "(not shown)"}}),
        ({"deletion_protection": True}, "set_deletion_protection", {"deletion_protection": True}),
        ({"boot_disk": {"size_gb": 20}}, "resize_disk", {"size_gb": 20}),
    ],
)
def test_changes_that_cost_nothing_are_made(changes: dict[str, Any], action: str, after: dict[str, Any]) -> None:
    (step,) = plan_for(instance(), **changes).steps
    assert (step.action, step.after) == (action, after)


AT_REST = [
    ({"machine_type": "e2-small"}, "set_machine_type"),
    ({"service_account": {"email": "a@b", "scopes": ["s"]}}, "set_service_account"),
    ({"shielded_vm": {"secure_boot": True}}, "set_shielded"),
]


@pytest.mark.parametrize(("changes", "action"), AT_REST)
def test_changes_that_cost_a_stop_are_held_until_allowed(changes: dict[str, Any], action: str) -> None:
    held = plan_for(instance(), **changes)
    assert not held.changed
    assert [item.needs for item in held.held] == ["stop"]
    allowed = plan_for(instance(), policy=Policy(update="stop"), **changes)
    assert (actions(allowed), allowed.held) == (["stop", action, "start"], ())


@pytest.mark.parametrize(("changes", "action"), AT_REST)
def test_a_host_at_rest_is_changed_and_left_at_rest(changes: dict[str, Any], action: str) -> None:
    body = instance(status="TERMINATED")
    assert actions(plan_for(body, policy=Policy(update="stop"), **changes)) == [action]
    assert actions(plan_for(body, policy=Policy("started", update="stop"), **changes)) == [action, "start"]
    assert actions(plan_for(instance(), policy=Policy("stopped", update="stop"), **changes)) == ["stop", action]


NEW_HOST = [
    {"zones": ["other-zone-b"]},
    {"network": "shop-net"},
    {"subnetwork": "shop-subnet"},
    {"spot": True},
    {"images": ("projects/p/global/images/another",)},
    {"boot_disk": {"size_gb": 5}},
    {"boot_disk": {"type": "pd-ssd"}},
]


@pytest.mark.parametrize("changes", NEW_HOST, ids=lambda changes: next(iter(changes)))
def test_changes_that_cost_a_new_host_are_held_until_asked_for(changes: dict[str, Any]) -> None:
    held = plan_for(instance(), policy=Policy(update="stop"), **changes)
    assert not held.changed
    assert {item.needs for item in held.held} == {"recreate"}
    asked = plan_for(instance(), policy=Policy(update="recreate"), **changes)
    assert (actions(asked), asked.held) == (["delete_instance", "create_instance"], ())


def test_a_swarm_member_is_not_made_anew_before_it_has_left() -> None:
    body = instance(labels={"fleet": "shop", "fleet-group": "web", "swarm-role": "worker"})
    with pytest.raises(DeclarationError, match="left the swarm"):
        plan_for(body, policy=Policy(update="recreate"), spot=True)
    released = Policy(update="recreate", released=frozenset({"web-1"}))
    assert actions(plan_for(body, policy=released, spot=True)) == ["delete_instance", "create_instance"]


def test_a_new_host_keeps_its_address_and_the_disks_that_stay() -> None:
    body = with_address(instance())
    data = {"source": f"{BASE}projects/p/zones/{ZONE}/disks/web-1-data", "autoDelete": False, "deviceName": "data"}
    body["disks"] = [*body["disks"], data]
    there = current(body, disks=[boot_disk(), boot_disk("web-1-data", users=[f"{BASE}x/instances/web-1"])])
    there = type(there)(there.hosts, there.disks, {("europe-west1", "web-1"): address()}, {})
    disks = [{"name": "data", "size_gb": 10, "type": "pd-balanced", "auto_delete": False}]
    plan = plan_for(there=there, policy=Policy(update="recreate"), spot=True, disks=disks, external_address="reserved")
    assert actions(plan) == ["delete_instance", "create_instance"]
    made = plan.steps[1].detail["body"]
    assert "initializeParams" in made["disks"][0], "the boot disk goes with its host"
    assert made["disks"][1]["source"].endswith("/disks/web-1-data")


@pytest.mark.parametrize(
    ("status", "state", "expected"),
    [
        ("RUNNING", "present", []),
        ("RUNNING", "started", []),
        ("RUNNING", "stopped", ["stop"]),
        ("RUNNING", "restarted", ["stop", "start"]),
        ("TERMINATED", "present", []),
        ("TERMINATED", "started", ["start"]),
        ("TERMINATED", "stopped", []),
        ("TERMINATED", "restarted", ["start"]),
        ("STOPPING", "started", ["settle", "start"]),
        ("STOPPING", "stopped", ["settle"]),
        ("STAGING", "started", ["settle"]),
        ("STAGING", "stopped", ["settle", "stop"]),
        ("STAGING", "present", []),
    ],
)
def test_power(status: str, state: str, expected: list[str]) -> None:
    plan = plan_for(instance(status=status), policy=Policy(state))
    assert actions(plan) == expected
    assert plan.changed is bool(set(expected) - {"settle"}), "a wait is no change"


def member(name: str, **changes: Any) -> Any:
    return instance(name, labels={"fleet": "shop", "fleet-group": "web", "swarm-role": "worker"}, **changes)


def test_surplus_stays_until_told_otherwise() -> None:
    bodies = [instance(f"web-{number}") for number in (1, 2, 10)]
    plan = plan_for(*bodies)
    assert (plan.changed, plan.surplus) == (False, ("web-2", "web-10"))
    shrunk = plan_for(*bodies, policy=Policy(shrink=True))
    assert [step.name for step in shrunk.steps] == ["web-2", "web-10"]
    assert shrunk.surplus == ()


def test_a_swarm_member_is_not_deleted_before_it_has_left() -> None:
    bodies = [member("web-1"), member("web-2"), member("web-3")]
    labels = {"swarm-role": "worker"}
    policy = Policy(shrink=True, released=frozenset({"web-2"}))
    with pytest.raises(DeclarationError, match=r"web-3 is not deleted.*swarm-role=worker"):
        plan_for(*bodies, policy=policy, labels=labels)
    everyone = Policy(shrink=True, released=frozenset({"web-2", "web-3"}))
    assert actions(plan_for(*bodies, policy=everyone, labels=labels)) == ["delete_instance"] * 2


def test_what_is_protected_is_not_deleted() -> None:
    with pytest.raises(DeclarationError, match="deletion protection"):
        plan_for(instance("web-2", deletionProtection=True), policy=Policy(shrink=True))
    with pytest.raises(DeclarationError, match="deletion protection"):
        decide_absent(None, current(instance(deletionProtection=True)), OWNER)


def test_shrinking_gives_back_addresses_even_of_hosts_that_are_gone() -> None:
    there = current(
        instance(),
        instance("web-2"),
        addresses=[
            address("web-2"),
            address("web-3"),
            address("shop-front", labels={"fleet": "shop"}),
            address("web-4", labels={"fleet": "other"}),
            address("web-5", users=["somebody"]),
        ],
    )
    plan = plan_for(there=there, policy=Policy(shrink=True))
    assert [(step.action, step.name) for step in plan.steps] == [
        ("delete_instance", "web-2"),
        ("release_address", "web-2"),
        ("release_address", "web-3"),
    ]


def test_absent_is_the_group_the_named_or_the_fleet() -> None:
    other = instance("db-1", labels={"fleet": "shop", "fleet-group": "db"})
    there = current(
        instance(), instance("web-2"), other, addresses=[address(), address("db-9", labels={"fleet": "shop"})]
    )
    assert [step.name for step in decide_absent(["web-2"], there, OWNER).steps] == ["web-2"]
    assert [step.name for step in decide_absent(None, there, OWNER).steps] == ["web-1", "web-1", "web-2"]
    fleet = decide_absent(None, there, Owner("shop"))
    assert sorted({step.name for step in fleet.steps}) == ["db-1", "db-9", "web-1", "web-2"]


def test_named_swarm_members_are_not_deleted_one_by_one() -> None:
    with pytest.raises(DeclarationError, match="left the swarm"):
        decide_absent(["web-1"], current(member("web-1")), OWNER)
    assert actions(decide_absent(None, current(member("web-1")), OWNER)) == ["delete_instance"]


# -- addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "addresses", "wanted", "expected"),
    [
        (instance(), [], "none", []),
        (instance(), [], "ephemeral", ["add_access_config"]),
        (instance(), [], "reserved", ["reserve_address", "add_access_config"]),
        (with_address(instance()), [], "none", ["delete_access_config"]),
        (with_address(instance()), [], "ephemeral", []),
        (with_address(instance()), [], "reserved", ["reserve_address"]),
        (with_address(instance()), [address()], "none", ["delete_access_config", "release_address"]),
        (
            with_address(instance()),
            [address()],
            "ephemeral",
            ["delete_access_config", "add_access_config", "release_address"],
        ),
        (with_address(instance()), [address()], "reserved", []),
        (with_address(instance()), [address("theirs", labels={})], "reserved", []),
        (
            with_address(instance()),
            [address(ip="203.0.113.9")],
            "reserved",
            ["delete_access_config", "add_access_config"],
        ),
        (
            with_address(instance(status="TERMINATED"), None),
            [],
            "reserved",
            ["reserve_address", "delete_access_config", "add_access_config"],
        ),
        (with_address(instance(status="TERMINATED"), None), [], "ephemeral", []),
        (
            with_address(instance()),
            [address(labels={}, description="Fleet shop, group web")],
            "reserved",
            ["label_address"],
        ),
    ],
)
def test_the_way_to_an_address(body: Any, addresses: Any, wanted: str, expected: list[str]) -> None:
    there = current(body, addresses=addresses)
    assert actions(plan_for(there=there, external_address=wanted)) == expected


def test_an_address_in_use_is_promoted_not_changed() -> None:
    (step,) = plan_for(with_address(instance()), external_address="reserved").steps
    assert step.detail["body"]["address"] == "203.0.113.7"


def test_an_address_of_others_under_the_hosts_name_is_refused() -> None:
    there = current(with_address(instance()), addresses=[address(labels={"fleet": "other"}, ip="203.0.113.9")])
    with pytest.raises(DeclarationError, match="does not carry the label"):
        plan_for(there=there, external_address="reserved")


# -- disks -------------------------------------------------------------------------------------------

DATA = {"name": "data", "size_gb": 20, "type": "pd-balanced", "auto_delete": True}


def test_a_missing_disk_is_made_and_attached() -> None:
    assert actions(plan_for(instance(), disks=[DATA])) == ["create_disk", "attach_disk"]


def test_a_free_disk_of_the_fleet_is_attached() -> None:
    there = current(instance(), disks=[boot_disk(), boot_disk("web-1-data", users=[])])
    assert actions(plan_for(there=there, disks=[DATA])) == ["attach_disk"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"labels": {}, "users": []}, "fleet=shop"), ({"users": ["x/instances/other"]}, "in use by other")],
)
def test_disks_of_others_are_refused(changes: dict[str, Any], words: str) -> None:
    for host in ([instance()], []):
        there = current(*host, disks=[boot_disk(), boot_disk("web-1-data", **changes)])
        with pytest.raises(DeclarationError, match=words):
            plan_for(there=there, disks=[DATA])


@pytest.mark.parametrize(
    ("size", "kept", "expected"),
    [("20", True, []), ("10", True, ["resize_disk"]), ("20", False, ["set_disk_auto_delete"])],
)
def test_an_attached_disk_is_brought_to_what_is_declared(size: str, kept: bool, expected: list[str]) -> None:
    body = instance()
    data = {"source": f"{BASE}projects/p/zones/{ZONE}/disks/web-1-data", "autoDelete": kept, "deviceName": "data"}
    body["disks"] = [*body["disks"], data]
    there = current(body, disks=[boot_disk(), boot_disk("web-1-data", sizeGb=size)])
    assert actions(plan_for(there=there, disks=[DATA])) == expected
    with pytest.raises(DeclarationError, match="cannot shrink"):
        plan_for(there=there, disks=[{**DATA, "size_gb": 5}])
    with pytest.raises(DeclarationError, match="cannot become pd-ssd"):
        plan_for(there=there, disks=[{**DATA, "type": "pd-ssd", "size_gb": int(size)}])
