"""Google's own client sees what the modules made; the modules take over, or refuse, what that client made."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core.client_options import ClientOptions
from google.cloud import compute_v1

from tests.integration.gce_hosts.conftest import PROJECT, ZONES, Cloud


@pytest.fixture
def client(cloud: Cloud) -> Any:
    def make(kind: Any) -> Any:
        return kind.from_service_account_file(
            str(cloud.key), client_options=ClientOptions(api_endpoint=cloud.simulator.http)
        )

    return make


def test_googles_client_sees_exactly_what_the_modules_made(cloud: Cloud, client: Any) -> None:
    cloud.hosts(
        count=2,
        external_address="reserved",
        labels={"swarm-role": "worker"},
        tags=["shop"],
        metadata={"enable-oslogin": True},
        disks=[{"name": "data", "size_gb": 20}],
    )
    cloud.module("gce_firewall", rules=[ssh_rule()])
    seen = {
        item.name: item
        for _zone, slot in client(compute_v1.InstancesClient).aggregated_list(project=PROJECT)
        for item in slot.instances
    }
    assert sorted(seen) == ["shop-worker-1", "shop-worker-2"]
    first = seen["shop-worker-1"]
    assert first.status == "RUNNING"
    assert dict(first.labels) == {"fleet": "shop", "fleet-group": "shop-worker", "swarm-role": "worker"}
    assert list(first.tags.items) == ["shop"]
    assert {item.key: item.value for item in first.metadata.items} == {"enable-oslogin": "TRUE"}
    assert [disk.device_name for disk in first.disks] == ["persistent-disk-0", "data"]
    addresses = {
        item.name: item for item in client(compute_v1.AddressesClient).list(project=PROJECT, region="europe-west1")
    }
    assert addresses["shop-worker-1"].address == first.network_interfaces[0].access_configs[0].nat_i_p
    assert addresses["shop-worker-1"].status == "IN_USE"
    rules = {item.name: item for item in client(compute_v1.FirewallsClient).list(project=PROJECT)}
    assert list(rules["shop-ssh"].source_ranges) == ["192.0.2.0/24"]
    assert {item.name for item in client(compute_v1.DisksClient).list(project=PROJECT, zone=ZONES[0])} == {
        "shop-worker-1",
        "shop-worker-1-data",
    }


def test_what_googles_client_made_is_taken_over_by_its_label(cloud: Cloud, client: Any) -> None:
    insert_with(client, labels={"fleet": "shop"})
    before = cloud.instance("shop-worker-1")["id"]
    result = cloud.hosts(count=2, machine_type="e2-small", labels={"swarm-role": "worker"})
    assert result.changed
    there = cloud.all("instances")
    assert there["shop-worker-1"]["id"] == before
    assert there["shop-worker-1"]["labels"]["fleet-group"] == "shop-worker"
    assert sorted(there) == ["shop-worker-1", "shop-worker-2"]
    assert not cloud.hosts(count=2, machine_type="e2-small", labels={"swarm-role": "worker"}).changed


def test_what_googles_client_made_without_the_label_is_refused(cloud: Cloud, client: Any) -> None:
    insert_with(client, labels={})
    refused = cloud.hosts(count=2)
    assert "does not carry the label fleet=shop" in refused.msg
    assert sorted(cloud.all("instances")) == ["shop-worker-1"]
    assert not cloud.hosts(state="absent", count=None).changed


def insert_with(client: Any, labels: dict[str, str]) -> None:
    disk = compute_v1.AttachedDisk(
        boot=True,
        auto_delete=True,
        initialize_params=compute_v1.AttachedDiskInitializeParams(
            source_image="projects/debian-cloud/global/images/family/debian-13"
        ),
    )
    interface = compute_v1.NetworkInterface(
        network="global/networks/default",
        access_configs=[compute_v1.AccessConfig(name="External NAT", type_="ONE_TO_ONE_NAT")],
    )
    instance = compute_v1.Instance(
        name="shop-worker-1",
        machine_type=f"zones/{ZONES[0]}/machineTypes/e2-small",
        disks=[disk],
        network_interfaces=[interface],
        labels=labels,
    )
    client(compute_v1.InstancesClient).insert(project=PROJECT, zone=ZONES[0], instance_resource=instance).result(
        timeout=30
    )


def ssh_rule() -> dict[str, Any]:
    return {
        "name": "ssh",
        "allowed": [{"protocol": "tcp", "ports": ["22"]}],
        "source_ranges": ["192.0.2.0/24"],
        "target_tags": ["shop"],
    }


def test_all_that_is_sent_obeys_googles_description(cloud: Cloud) -> None:
    """The simulator refuses what the description does not know; here nothing is refused, whatever is asked for."""
    whole = {
        "count": 2,
        "boot_disk": {"size_gb": 20, "type": "pd-ssd"},
        "disks": [{"name": "data", "size_gb": 20}],
        "external_address": "reserved",
        "labels": {"tier": "a"},
        "tags": ["shop"],
        "metadata": {"k": "v"},
        "ssh_keys": ["ann:ssh-ed25519 AAAA ann"],
        "startup_script": "#!/bin/sh\n",
        "service_account": {"email": "hosts@shop-project.iam.gserviceaccount.com"},
        "shielded_vm": {"vtpm": True},
    }
    changed = {
        **whole,
        "machine_type": "e2-standard-2",
        "boot_disk": {"size_gb": 30},
        "disks": [{"name": "data", "size_gb": 30, "auto_delete": False}, {"name": "more", "size_gb": 10}],
        "labels": {"tier": "b"},
        "tags": ["shop", "web"],
        "metadata": {"k": None},
        "service_account": {"email": "other@shop-project.iam.gserviceaccount.com"},
        "shielded_vm": {"secure_boot": True},
        "deletion_protection": True,
        "update_policy": "stop",
    }
    kinds = [{"external_address": kind} for kind in ("ephemeral", "none", "ephemeral", "reserved")]
    for options in (whole, changed, *({**changed, **kind} for kind in kinds), {**changed, "state": "restarted"}):
        assert cloud.hosts(**options).changed
    assert cloud.module("gce_ssh_keys", keys=["bob:ssh-ed25519 BBBB bob"]).changed
    assert not cloud.module("gce_ssh_keys", keys=["bob:ssh-ed25519 BBBB bob", "ann:ssh-ed25519 AAAA ann"]).changed
    for rule in (ssh_rule(), {**ssh_rule(), "log": True}):
        assert cloud.module("gce_firewall", rules=[rule]).changed
    assert cloud.module("gce_firewall", rules=[]).changed
    assert cloud.module("gce_addresses", names=["front"], region="europe-west1").changed
    assert cloud.module("gce_addresses", names=["front"], region="europe-west1", state="absent").changed
    unprotected = {**changed, "deletion_protection": False}
    assert cloud.hosts(**unprotected).changed
    assert cloud.hosts(**{**unprotected, "update_policy": "recreate", "spot": True}).changed
    assert cloud.hosts(state="absent", count=None).changed
    refused = [
        (entry["method"], entry["status"])
        for entry in cloud.simulator.requests()
        # Whether a name is free is asked by trying.
        if entry["status"] != 200 and (entry["method"], entry["status"]) != ("compute.instances.get", 404)
    ]
    assert refused == []
    methods = {entry["method"] for entry in cloud.simulator.requests()}
    assert len([method for method in methods if method.startswith("compute.")]) >= 25
