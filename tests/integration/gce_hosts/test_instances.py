"""A group of hosts: check -> apply -> apply again -> check again -> change, seen through the API."""

from __future__ import annotations

from tests.integration.gce_hosts.conftest import ZONES, Cloud


def test_check_apply_apply_check(cloud: Cloud) -> None:
    labels = {"swarm-role": "worker"}
    predicted = cloud.hosts(check=True, labels=labels)
    assert predicted.changed
    assert cloud.all("instances") == {}

    made = cloud.hosts(labels=labels)
    assert made.changed
    assert made["steps"] == predicted["steps"]
    there = cloud.all("instances")
    assert sorted(there) == ["shop-worker-1", "shop-worker-2"]
    assert [there[name]["zone"].rsplit("/", 1)[-1] for name in sorted(there)] == ZONES
    assert there["shop-worker-1"]["labels"] == {"fleet": "shop", "fleet-group": "shop-worker", "swarm-role": "worker"}
    assert {host["status"] for host in made["instances"]} == {"RUNNING"}

    cloud.simulator.clear_requests()
    again = cloud.hosts(labels=labels)
    assert not again.changed
    assert again["diff"] == {"before": {}, "after": {}}
    assert {entry["status"] for entry in cloud.simulator.requests()} == {200}
    assert not cloud.hosts(check=True, labels=labels).changed
    assert len(cloud.all("instances")) == 2


def test_no_change_takes_few_requests(cloud: Cloud) -> None:
    cloud.hosts(count=6)
    cloud.simulator.clear_requests()
    assert not cloud.hosts(count=6).changed
    api = [entry["method"] for entry in cloud.simulator.requests() if entry["method"].startswith("compute.")]
    assert len(api) <= 7, api


def test_growing_leaves_the_others_alone(cloud: Cloud) -> None:
    cloud.hosts()
    before = cloud.all("instances")
    cloud.hosts(count=4)
    after = cloud.all("instances")
    assert sorted(after) == [f"shop-worker-{number}" for number in range(1, 5)]
    assert {name: after[name]["id"] for name in before} == {name: before[name]["id"] for name in before}


def test_surplus_is_told_and_stays(cloud: Cloud) -> None:
    cloud.hosts(count=4)
    result = cloud.hosts(count=2)
    assert not result.changed
    assert result["surplus"] == ["shop-worker-3", "shop-worker-4"]
    assert len(cloud.all("instances")) == 4


def test_shrinking_refuses_swarm_members_until_they_are_released(cloud: Cloud) -> None:
    labels = {"swarm-role": "worker"}
    cloud.hosts(count=4, labels=labels, external_address="reserved")
    assert len(cloud.all("addresses")) == 4
    refused = cloud.hosts(count=2, labels=labels, external_address="reserved", shrink=True, released=["shop-worker-3"])
    assert "shop-worker-4" in refused.msg
    assert "left the swarm" in refused.msg
    assert len(cloud.all("instances")) == 4

    names = ["shop-worker-3", "shop-worker-4"]
    done = cloud.hosts(count=2, labels=labels, external_address="reserved", shrink=True, released=names)
    assert done.changed
    kept = ["shop-worker-1", "shop-worker-2"]
    assert sorted(cloud.all("instances")) == kept
    assert sorted(cloud.all("disks")) == kept
    assert sorted(cloud.all("addresses")) == kept


def test_a_reserved_address_outlives_stop_and_start(cloud: Cloud) -> None:
    first = cloud.hosts(count=1, external_address="reserved")
    address = first["instances"][0]["external_address"]
    assert address == cloud.all("addresses")["shop-worker-1"]["address"]
    assert cloud.hosts(count=1, external_address="reserved", state="stopped").changed
    assert cloud.instance("shop-worker-1")["status"] == "TERMINATED"
    assert not cloud.hosts(count=1, external_address="reserved", state="stopped").changed
    assert not cloud.hosts(count=1, external_address="reserved").changed
    result = cloud.hosts(count=1, external_address="reserved", state="started")
    assert result["instances"][0] == {**result["instances"][0], "status": "RUNNING", "external_address": address}


def test_an_ephemeral_address_becomes_the_reserved_one(cloud: Cloud) -> None:
    address = cloud.hosts(count=1)["instances"][0]["external_address"]
    promoted = cloud.hosts(count=1, external_address="reserved")
    assert promoted.changed
    assert cloud.all("addresses")["shop-worker-1"]["address"] == address
    assert promoted["instances"][0]["external_address"] == address
    assert not cloud.hosts(count=1, external_address="reserved").changed

    without = cloud.hosts(count=1, external_address="none")
    assert without["instances"][0]["external_address"] == ""
    assert cloud.all("addresses") == {}
    assert not cloud.hosts(count=1, external_address="none").changed


def test_what_takes_a_stop_is_held_until_allowed(cloud: Cloud) -> None:
    cloud.hosts(count=1, machine_type="e2-small")
    held = cloud.hosts(count=1, machine_type="e2-standard-2")
    assert not held.changed
    assert held["held"] == [
        {
            "name": "shop-worker-1",
            "field": "machine_type",
            "before": "e2-small",
            "after": "e2-standard-2",
            "needs": "stop",
        }
    ]
    before = cloud.instance("shop-worker-1")["id"]
    assert cloud.hosts(count=1, machine_type="e2-standard-2", update_policy="stop").changed
    there = cloud.instance("shop-worker-1")
    assert there["machineType"].endswith("/e2-standard-2")
    assert (there["id"], there["status"]) == (before, "RUNNING")


def test_what_takes_a_new_host_is_held_until_asked(cloud: Cloud) -> None:
    disks = [{"name": "data", "size_gb": 20, "auto_delete": False}]
    cloud.hosts(count=1, disks=disks, external_address="reserved")
    before, data = cloud.instance("shop-worker-1"), cloud.all("disks")["shop-worker-1-data"]["id"]
    bookworm = {"image_family": "debian-12", "disks": disks, "external_address": "reserved", "count": 1}
    held = cloud.hosts(**bookworm)
    assert [(item["field"], item["needs"]) for item in held["held"]] == [("image", "recreate")]
    assert not cloud.hosts(**bookworm, update_policy="stop").changed
    assert cloud.hosts(**bookworm, update_policy="recreate").changed
    after = cloud.instance("shop-worker-1")
    assert after["id"] != before["id"]
    assert "debian-12" in cloud.all("disks")["shop-worker-1"]["sourceImage"]
    assert cloud.all("disks")["shop-worker-1-data"]["id"] == data
    access = [instance["networkInterfaces"][0]["accessConfigs"][0]["natIP"] for instance in (before, after)]
    assert access[0] == access[1]
    assert not cloud.hosts(**bookworm).changed


def test_disks_are_made_attached_and_grown(cloud: Cloud) -> None:
    cloud.hosts(count=1, boot_disk={"size_gb": 10, "type": "pd-balanced"})
    disks = [{"name": "data", "size_gb": 20}]
    assert cloud.hosts(count=1, boot_disk={"size_gb": 30}, disks=disks).changed
    there = cloud.all("disks")
    assert {name: disk["sizeGb"] for name, disk in there.items()} == {"shop-worker-1": "30", "shop-worker-1-data": "20"}
    assert there["shop-worker-1-data"]["users"][0].endswith("/shop-worker-1")
    attached = cloud.instance("shop-worker-1")["disks"][1]
    assert (attached["deviceName"], attached["autoDelete"]) == ("data", True)
    assert not cloud.hosts(count=1, boot_disk={"size_gb": 30}, disks=disks).changed
    assert "cannot shrink" in cloud.hosts(count=1, disks=[{"name": "data", "size_gb": 10}]).msg


def test_metadata_and_labels_of_others_stay(cloud: Cloud) -> None:
    cloud.hosts(count=1, metadata={"enable-oslogin": True, "old": "x"}, labels={"tier": "a"})
    body = cloud.instance("shop-worker-1")
    path = f"zones/{ZONES[0]}/instances/shop-worker-1"
    items = [*body["metadata"]["items"], {"key": "theirs", "value": "1"}]
    cloud.ask(f"{path}/setMetadata", "POST", {"fingerprint": body["metadata"]["fingerprint"], "items": items})
    labels = {**body["labels"], "cost-centre": "42"}
    cloud.ask(f"{path}/setLabels", "POST", {"labelFingerprint": body["labelFingerprint"], "labels": labels})
    assert not cloud.hosts(count=1, metadata={"enable-oslogin": True, "old": "x"}, labels={"tier": "a"}).changed

    changed = cloud.hosts(
        count=1, metadata={"new": "y", "old": None}, labels={"tier": "b"}, startup_script="#!/bin/sh\n"
    )
    assert changed.changed
    body = cloud.instance("shop-worker-1")
    assert {item["key"]: item["value"] for item in body["metadata"]["items"]} == {
        "enable-oslogin": "TRUE",
        "new": "y",
        "startup-script": "#!/bin/sh\n",
        "theirs": "1",
    }
    assert (body["labels"]["tier"], body["labels"]["cost-centre"]) == ("b", "42")


def test_all_that_can_be_declared_of_a_new_host(cloud: Cloud) -> None:
    options = {
        "count": 1,
        "machine_type": "e2-standard-2",
        "boot_disk": {"size_gb": 20, "type": "pd-ssd"},
        "network": "default",
        "tags": ["web", "shop"],
        "service_account": {"email": "hosts@shop-project.iam.gserviceaccount.com"},
        "spot": True,
        "shielded_vm": {"secure_boot": True},
        "deletion_protection": True,
    }
    cloud.hosts(**options)
    body = cloud.instance("shop-worker-1")
    assert body["scheduling"]["provisioningModel"] == "SPOT"
    assert body["scheduling"]["instanceTerminationAction"] == "STOP"
    assert body["shieldedInstanceConfig"]["enableSecureBoot"] is True
    assert body["tags"]["items"] == ["shop", "web"]
    assert body["serviceAccounts"][0]["email"].startswith("hosts@")
    assert cloud.all("disks")["shop-worker-1"]["type"].endswith("/pd-ssd")
    assert not cloud.hosts(**options).changed
    assert "deletion protection" in cloud.hosts(state="absent", count=None).msg
    assert cloud.hosts(**{**options, "deletion_protection": False}).changed
    assert cloud.hosts(state="absent", count=None).changed
    assert cloud.all("disks") == {}


def test_changes_that_need_a_stop_happen_in_one(cloud: Cloud) -> None:
    cloud.hosts(count=1)
    cloud.simulator.clear_requests()
    wanted = {
        "count": 1,
        "machine_type": "e2-standard-2",
        "shielded_vm": {"secure_boot": True},
        "service_account": {"email": "hosts@shop-project.iam.gserviceaccount.com"},
        "update_policy": "stop",
    }
    assert cloud.hosts(**wanted).changed
    assert (cloud.counted("instances.stop"), cloud.counted("instances.start")) == (1, 1)
    assert not cloud.hosts(**wanted).changed
    assert cloud.instance("shop-worker-1")["status"] == "RUNNING"


def test_restarting_stops_and_starts(cloud: Cloud) -> None:
    cloud.hosts()
    cloud.simulator.clear_requests()
    assert cloud.hosts(state="restarted").changed
    assert (cloud.counted("instances.stop"), cloud.counted("instances.start")) == (2, 2)


def test_absent_removes_the_group_and_nothing_else(cloud: Cloud) -> None:
    cloud.hosts(external_address="reserved", labels={"swarm-role": "worker"})
    cloud.hosts(group="shop-manager", count=1, labels={"swarm-role": "manager"})
    cloud.module("gce_addresses", names=["shop-front"], region="europe-west1")
    assert cloud.hosts(state="absent", count=None, check=True).changed
    assert cloud.hosts(state="absent", count=None).changed
    assert sorted(cloud.all("instances")) == ["shop-manager-1"]
    assert sorted(cloud.all("addresses")) == ["shop-front"]
    assert not cloud.hosts(state="absent", count=None).changed


def test_refused_before_anything_is_sent(cloud: Cloud) -> None:
    assert "count is -1" in cloud.hosts(count=-1).msg
    assert "lower-case" in cloud.hosts(names=["Upper"], count=None).msg
    assert "more than once" in cloud.hosts(names=["a", "a"], count=None).msg
    assert "zones is empty" in cloud.hosts(zones=[]).msg
    assert "no image family nonesuch" in cloud.hosts(image_family="nonesuch").msg
    assert "cannot be created: set image or image_family" in cloud.hosts(image_family=None, image_project=None).msg
    assert cloud.all("instances") == {}
