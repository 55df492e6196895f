"""A disk or an address of the same name in another zone or region is another one, as at Google."""

from __future__ import annotations

from tests.integration.gce_hosts.conftest import PROJECT, ZONES, Cloud

FAR = "us-central1-a"
SECRET = "s3cr3t-of-an-agent"


def reserve(cloud: Cloud, region: str, name: str, **body: object) -> None:
    cloud.ask(f"regions/{region}/addresses", "POST", {"name": name, **body})


def addresses(cloud: Cloud) -> set[tuple[str, str]]:
    slots = cloud.ask("aggregated/addresses")["items"]
    return {(scope.split("/")[-1], item["name"]) for scope in slots for item in slots[scope].get("addresses", [])}


def test_after_a_quota_error_another_region_can_be_taken(cloud: Cloud) -> None:
    cloud.simulator.ask("POST", "projects", {"name": PROJECT, "quotas": {"INSTANCES": 0}})
    refused = cloud.hosts(count=2, external_address="reserved")
    assert "QUOTA_EXCEEDED" in refused.msg
    assert addresses(cloud) == {("europe-west1", "shop-worker-1"), ("europe-west1", "shop-worker-2")}
    cloud.simulator.ask("POST", "projects", {"name": PROJECT, "quotas": {}})

    moved = cloud.hosts(count=2, zones=[FAR], external_address="reserved")
    assert moved.changed
    assert {body["zone"].rsplit("/", 1)[-1] for body in cloud.all("instances").values()} == {FAR}
    left = [(item["name"], item["region"]) for item in moved["unused_addresses"]]
    assert left == [("shop-worker-1", "europe-west1"), ("shop-worker-2", "europe-west1")]

    assert cloud.hosts(count=2, zones=[FAR], external_address="reserved", shrink=True).changed
    assert addresses(cloud) == {("us-central1", "shop-worker-1"), ("us-central1", "shop-worker-2")}
    again = cloud.hosts(count=2, zones=[FAR], external_address="reserved")
    assert (again.changed, again["unused_addresses"]) == (False, [])


def test_somebody_elses_disk_elsewhere_deletes_no_host(cloud: Cloud) -> None:
    options = {"count": 1, "boot_disk": {"size_gb": 10}}
    cloud.hosts(**options)
    before = cloud.instance("shop-worker-1")["id"]
    disk = {"name": "shop-worker-1", "sizeGb": "500", "type": f"zones/{FAR}/diskTypes/pd-ssd"}
    cloud.ask(f"zones/{FAR}/disks", "POST", disk)
    planned = cloud.hosts(check=True, update_policy="recreate", **options)
    assert (planned.changed, planned["held"]) == (False, [])
    assert not cloud.hosts(update_policy="recreate", **options).changed
    assert cloud.instance("shop-worker-1")["id"] == before


def test_somebody_elses_address_elsewhere_is_no_obstacle(cloud: Cloud) -> None:
    reserve(cloud, "us-central1", "shop-worker-1", description="theirs")
    assert cloud.hosts(count=1, external_address="reserved").changed
    assert not cloud.hosts(count=1, external_address="reserved").changed
    assert addresses(cloud) == {("us-central1", "shop-worker-1"), ("europe-west1", "shop-worker-1")}


def test_protection_set_by_hand_stays(cloud: Cloud) -> None:
    cloud.hosts(count=1)
    path = f"zones/{ZONES[0]}/instances/shop-worker-1"
    cloud.ask(f"{path}/setDeletionProtection?deletionProtection=true", "POST")
    assert not cloud.hosts(count=1).changed
    assert cloud.instance("shop-worker-1")["deletionProtection"]
    assert cloud.hosts(count=1, deletion_protection=False).changed
    assert not cloud.instance("shop-worker-1")["deletionProtection"]


def test_metadata_and_startup_scripts_are_in_no_output(cloud: Cloud) -> None:
    script = f"#!/bin/sh\ncurl -H 'Authorization: {SECRET}' https://example.com\n"
    hosts = {"count": 1, "metadata": {"agent-token": SECRET}, "startup_script": script}
    results = [cloud.hosts(check=True, **hosts), cloud.hosts(**hosts)]
    results.append(cloud.hosts(count=1, metadata={"agent-token": f"{SECRET}-2"}, startup_script=f"{script}# again\n"))
    results.append(cloud.hosts(**{**hosts, "ssh_keys": ["ann:none"]}))
    assert [result.failed for result in results] == [False, False, False, True]
    for result in results:
        assert SECRET not in str(result.data)
        assert "agent-token" in str(result.data["invocation"])
    items = {item["key"]: item["value"] for item in cloud.instance("shop-worker-1")["metadata"]["items"]}
    assert items == {"agent-token": f"{SECRET}-2", "startup-script": f"{script}# again\n"}


def test_a_zone_that_does_not_exist_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    for check in (True, False):
        refused = cloud.hosts(check=check, zones=[ZONES[0], "europe-west1-z"], external_address="reserved")
        assert "shop-worker-2 cannot be in the zone europe-west1-z" in refused.msg
        assert "Unknown zone" in refused.msg
    assert addresses(cloud) == set()
    assert cloud.all("instances") == {}
