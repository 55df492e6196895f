"""Whatever goes wrong ends in the declared state or in a clear error, and the next run completes."""

from __future__ import annotations

import threading
import time

import pytest

from tests.integration.gce_hosts.conftest import PROJECT, ZONES, Cloud, Json

NAMES = [f"shop-worker-{number}" for number in range(1, 5)]


def names_of(cloud: Cloud) -> list[str]:
    return sorted(cloud.all("instances"))


def test_quota_in_the_middle_of_a_batch(cloud: Cloud) -> None:
    cloud.simulator.ask("POST", "projects", {"name": PROJECT, "quotas": {"INSTANCES": 2}})
    result = cloud.hosts(count=4)
    assert "QUOTA_EXCEEDED" in result.msg
    assert "Limit: 2.0" in result.msg
    assert result["changed"]
    made = names_of(cloud)
    assert len(made) < 4
    assert sorted(result["errors"]) == sorted(set(NAMES) - set(made))

    cloud.simulator.ask("POST", "projects", {"name": PROJECT, "quotas": {}})
    assert cloud.hosts(count=4).changed
    assert names_of(cloud) == NAMES
    assert not cloud.hosts(count=4).changed


def test_one_operation_fails_and_the_others_go_on(cloud: Cloud) -> None:
    fault = {
        "kind": "operation_error",
        "method": "compute.instances.insert",
        "times": 1,
        "code": "ZONE_RESOURCE_POOL_EXHAUSTED",
    }
    cloud.simulator.faults(fault)
    result = cloud.hosts(count=3)
    assert "1 failed" in result.msg
    assert "ZONE_RESOURCE_POOL_EXHAUSTED" in result.msg
    assert len(names_of(cloud)) == 2
    assert cloud.hosts(count=3).changed
    assert names_of(cloud) == NAMES[:3]


def test_an_operation_that_never_ends(cloud: Cloud) -> None:
    cloud.simulator.faults({"kind": "operation_stuck", "method": "compute.instances.insert", "times": 1})
    result = cloud.hosts(count=1, operation_timeout=3)
    assert "has not ended within 3 s" in result.msg
    assert "Run again" in result.msg
    assert cloud.hosts(count=1).changed
    assert names_of(cloud) == NAMES[:1]


def test_a_lost_answer_to_an_insert_makes_no_second_host(cloud: Cloud) -> None:
    cloud.simulator.faults({"kind": "lose_answer", "method": "compute.instances.insert", "times": 2})
    assert cloud.hosts(count=2).changed
    assert names_of(cloud) == NAMES[:2]
    inserts = [item for item in cloud.simulator.requests() if "/zones/" in item["path"]]
    sent = [item["query"]["requestId"] for item in inserts if item["path"].endswith("/instances")]
    assert (len(sent), len(set(sent))) == (4, 2), "each insert was to be repeated with the id it had"
    assert len(cloud.all("disks")) == 2


def test_a_run_that_died_after_the_insert_is_completed_by_the_next(cloud: Cloud) -> None:
    cloud.simulator.faults({"kind": "lose_answer", "method": "compute.instances.insert"})
    lost = cloud.hosts(count=1, retries=0)
    assert "cannot be reached" in lost.msg
    cloud.simulator.faults()
    assert not cloud.hosts(count=1).changed
    assert names_of(cloud) == NAMES[:1]


def test_an_address_that_was_reserved_and_not_labelled_is_taken_up(cloud: Cloud) -> None:
    cloud.simulator.faults(
        {"kind": "error", "method": "compute.addresses.setLabels", "status": 400, "reason": "invalid"}
    )
    assert "shop-worker-1" in cloud.hosts(count=1, external_address="reserved").msg
    assert "labels" not in cloud.all("addresses")["shop-worker-1"]
    cloud.simulator.faults()
    assert cloud.hosts(count=1, external_address="reserved").changed
    address = cloud.all("addresses")["shop-worker-1"]
    assert address["labels"] == {"fleet": "shop", "fleet-group": "shop-worker"}
    assert cloud.instance("shop-worker-1")["networkInterfaces"][0]["accessConfigs"][0]["natIP"] == address["address"]
    assert not cloud.hosts(count=1, external_address="reserved").changed


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rate_limit", "method": "compute.*", "times": 3},
        {"kind": "error", "method": "compute.*", "status": 503, "times": 3},
        {"kind": "drop", "method": "compute.*", "times": 3},
    ],
    ids=["403 rateLimitExceeded", "503", "reset connections"],
)
def test_what_passes_is_waited_out(cloud: Cloud, fault: dict[str, object]) -> None:
    cloud.simulator.faults(fault)
    assert cloud.hosts(count=2, external_address="reserved").changed
    assert names_of(cloud) == NAMES[:2]
    assert sorted(cloud.all("addresses")) == NAMES[:2]


def test_metadata_that_somebody_else_changes_in_between_is_kept(cloud: Cloud) -> None:
    cloud.hosts(count=1, metadata={"ours": "1"})
    # Our read is answered late, so that the other's write falls between our read and our write.
    cloud.simulator.faults(
        {"kind": "latency", "method": "compute.instances.setMetadata", "seconds": 1.5, "times": 1},
    )
    # Read before ours begins, so that the first read of an instance that is new is ours.
    before, reads = cloud.instance("shop-worker-1")["metadata"], cloud.counted("instances.get")
    thread = threading.Thread(target=write_theirs, args=(cloud, before, reads))
    thread.start()
    assert cloud.hosts(count=1, metadata={"ours": "2"}).changed
    thread.join()
    items = {item["key"]: item["value"] for item in cloud.instance("shop-worker-1")["metadata"]["items"]}
    assert items == {"ours": "2", "theirs": "1"}
    assert cloud.counted("instances.setMetadata") >= 3, "our first write was to be refused"


def write_theirs(cloud: Cloud, before: Json, reads: int) -> None:
    """As soon as our write is on its way, write something else."""
    deadline = time.monotonic() + 20
    path = f"zones/{ZONES[0]}/instances/shop-worker-1"
    while cloud.counted("instances.get") == reads:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    items = [*before["items"], {"key": "theirs", "value": "1"}]
    cloud.ask(f"{path}/setMetadata", "POST", {"fingerprint": before["fingerprint"], "items": items})


def test_a_failed_change_leaves_no_host_stopped(cloud: Cloud) -> None:
    cloud.hosts(count=1, machine_type="e2-small")
    cloud.simulator.faults({"kind": "operation_error", "method": "compute.instances.setMachineType", "times": 1})
    failed = cloud.hosts(count=1, machine_type="e2-medium", update_policy="stop")
    assert "setMachineType" in failed.msg
    assert cloud.instance("shop-worker-1")["status"] == "RUNNING"
    assert cloud.hosts(count=1, machine_type="e2-medium", update_policy="stop").changed
    assert cloud.instance("shop-worker-1")["machineType"].endswith("/e2-medium")


def test_a_zone_that_does_not_answer_stops_before_anything_is_made_twice(cloud: Cloud) -> None:
    cloud.hosts(count=2)
    cloud.simulator.faults({"kind": "unreachable_zone", "zone": ZONES[1]})
    assert f"{ZONES[1]} did not answer" in cloud.hosts(count=2).msg
    cloud.simulator.faults()
    assert names_of(cloud) == NAMES[:2]


def test_errors_are_one_sentence_that_helps(cloud: Cloud) -> None:
    cloud.simulator.faults(
        {"kind": "forbidden", "method": "compute.instances.insert", "permission": "compute.instances.create"}
    )
    assert "compute.instances.create" in cloud.hosts(count=1).msg
    cloud.simulator.faults()
    assert "no JSON key" in cloud.hosts(service_account_file="/nonexistent").msg or "cannot be read" in (
        cloud.hosts(service_account_file="/nonexistent").msg
    )
    unreachable = cloud.hosts(api_endpoint="http://127.0.0.1:9/compute/v1", retries=0)
    assert "Check api_endpoint" in unreachable.msg
