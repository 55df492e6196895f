"""The simulator, driven by clients nobody here wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

ZONE = "us-central1-a"
FAMILY = "projects/debian-cloud/global/images/family/debian-13"


@pytest.fixture
def project(cloud: Any) -> str:
    return cloud.project({"name": "first", "labels": {"env": "prod"}}, {"name": "second", "zone": "europe-west1-b"})


def record(cloud: Any, run: Any, project: str) -> set[str]:
    """The hosts our own plugin sees: the clients and it must agree."""
    return set(run(cloud.config([project])).hosts)


def test_google_cloud_compute(cloud: Any, run: Any, project: str) -> None:
    from google.api_core.client_options import ClientOptions
    from google.cloud import compute_v1
    from google.oauth2 import service_account

    credentials = service_account.Credentials.from_service_account_file(str(cloud.key_file))
    options = ClientOptions(api_endpoint=cloud.simulator.http)
    client = compute_v1.InstancesClient(credentials=credentials, client_options=options)

    listed = client.aggregated_list(compute_v1.AggregatedListInstancesRequest(project=project, max_results=1))
    found = {instance.name for _, scoped in listed for instance in scoped.instances}
    assert found == {"first", "second"}
    assert client.get(project=project, zone=ZONE, instance="first").labels["env"] == "prod"

    body = compute_v1.Instance(
        name="third",
        machine_type=f"zones/{ZONE}/machineTypes/e2-small",
        disks=[
            compute_v1.AttachedDisk(
                boot=True,
                auto_delete=True,
                initialize_params=compute_v1.AttachedDiskInitializeParams(source_image=FAMILY, disk_size_gb=20),
            )
        ],
        network_interfaces=[compute_v1.NetworkInterface(access_configs=[compute_v1.AccessConfig()])],
        labels={"swarm-role": "worker"},
    )
    client.insert(project=project, zone=ZONE, instance_resource=body).result(timeout=30)
    made = client.get(project=project, zone=ZONE, instance="third")
    assert made.status == "RUNNING"
    assert made.network_interfaces[0].access_configs[0].nat_i_p
    assert record(cloud, run, project) == {"first", "second", "third"}

    labels = compute_v1.InstancesSetLabelsRequest(labels={"a": "b"}, label_fingerprint=made.label_fingerprint)
    request = {"project": project, "zone": ZONE, "instance": "third"}
    client.set_labels(instances_set_labels_request_resource=labels, **request).result(timeout=30)
    assert dict(client.get(**request).labels) == {"a": "b"}

    client.stop(**request).result(timeout=30)
    assert client.get(**request).status == "TERMINATED"
    client.start(**request).result(timeout=30)
    client.delete(**request).result(timeout=30)
    assert record(cloud, run, project) == {"first", "second"}
    disks = compute_v1.DisksClient(credentials=credentials, client_options=options)
    assert "third" not in {disk.name for disk in disks.list(project=project, zone=ZONE)}


def test_google_api_python_client(cloud: Any, run: Any, project: str) -> None:
    from google.oauth2 import service_account
    from googleapiclient import discovery
    from googleapiclient.errors import HttpError

    scopes = ["https://www.googleapis.com/auth/compute"]
    credentials = service_account.Credentials.from_service_account_file(str(cloud.key_file), scopes=scopes)
    options = {"api_endpoint": f"{cloud.simulator.http}/compute/v1/"}
    compute = discovery.build(
        "compute", "v1", credentials=credentials, client_options=options, static_discovery=True, cache_discovery=False
    )
    request = compute.instances().aggregatedList(project=project, maxResults=1)
    names: list[str] = []
    while request is not None:
        answer = request.execute()
        names += [item["name"] for slot in answer["items"].values() for item in slot.get("instances", [])]
        request = compute.instances().aggregatedList_next(request, answer)
    assert names == ["second", "first"]

    body = {
        "name": "third",
        "machineType": f"zones/{ZONE}/machineTypes/e2-small",
        "disks": [{"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": FAMILY}}],
        "networkInterfaces": [{"network": "global/networks/default"}],
    }
    begun = compute.instances().insert(project=project, zone=ZONE, body=body).execute()
    ended = compute.zoneOperations().wait(project=project, zone=ZONE, operation=begun["name"]).execute()
    assert ended["status"] == "DONE"
    assert "error" not in ended
    assert record(cloud, run, project) == {"first", "second", "third"}

    with pytest.raises(HttpError, match="already exists"):
        compute.instances().insert(project=project, zone=ZONE, body=body).execute()
    compute.instances().delete(project=project, zone=ZONE, instance="third").execute()
    with pytest.raises(HttpError, match="was not found"):
        compute.instances().get(project=project, zone=ZONE, instance="third").execute()

    rule = {"name": "ssh", "network": "global/networks/default", "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}
    compute.firewalls().insert(project=project, body=rule).execute()
    assert compute.firewalls().get(project=project, firewall="ssh").execute()["sourceRanges"] == ["0.0.0.0/0"]
    compute.addresses().insert(project=project, region="us-central1", body={"name": "fixed"}).execute()
    address = compute.addresses().get(project=project, region="us-central1", address="fixed").execute()
    assert address["status"] == "RESERVED"
    assert compute.images().getFromFamily(project="debian-cloud", family="debian-13").execute()["name"].endswith("1110")


def test_apache_libcloud(cloud: Any, run: Any, project: str, through_proxy: None, monkeypatch: Any) -> None:
    import libcloud.security
    from libcloud.compute.providers import get_driver
    from libcloud.compute.types import Provider

    monkeypatch.setattr(libcloud.security, "CA_CERTS_PATH", cloud.simulator.ca)
    key = json.loads(cloud.key_file.read_text())
    driver = get_driver(Provider.GCE)(
        key["client_email"],
        str(cloud.key_file),
        project=project,
        datacenter=ZONE,
        credential_file=str(cloud.folder / "libcloud-token"),
    )
    assert {node.name for node in driver.list_nodes(ex_zone="all")} == {"first", "second"}
    image = driver.ex_get_image_from_family("debian-13", ex_project_list=["debian-cloud"])
    node = driver.create_node("third", driver.ex_get_size("e2-small", ZONE), image, location=ZONE)
    assert node.state == "running"
    assert record(cloud, run, project) == {"first", "second", "third"}
    assert driver.destroy_node(node)
    assert record(cloud, run, project) == {"first", "second"}


def test_the_google_cloud_inventory(cloud: Any, run: Any, project: str, through_proxy: None) -> None:
    config = {
        "plugin": "google.cloud.gcp_compute",
        "auth_kind": "serviceaccount",
        "service_account_file": str(cloud.key_file),
        "projects": [project],
        "hostnames": ["name"],
    }
    assert set(run(config).hosts) == record(cloud, run, project) == {"first", "second"}


def test_old_packer_forms_are_tolerated(cloud: Any, run: Any, project: str) -> None:
    from google.auth.transport.requests import AuthorizedSession
    from google.oauth2 import service_account

    scopes = ["https://www.googleapis.com/auth/compute"]
    session = AuthorizedSession(
        service_account.Credentials.from_service_account_file(str(cloud.key_file), scopes=scopes)
    )
    base = f"{cloud.simulator.http}/compute/v1/projects/{project}"
    body = {
        "name": "packer",
        "machineType": f"zones/{ZONE}/machineTypes/e2-small",
        "disks": [{"boot": True, "initializeParams": {"sourceImage": FAMILY}}],
        "networkInterfaces": [{"network": "global/networks/default"}],
        "metadata": {"items": [None, None, {"key": "ssh-keys", "value": "me:ssh-rsa AAAA"}]},
    }
    assert session.post(f"{base}/zones/{ZONE}/instances", json=body).status_code == 200
    assert session.delete(f"{base}/zones/{ZONE}/instances/packer").status_code == 200
    image = {"name": "baked", "sourceDisk": f"{project}/zones/{ZONE}/disks/packer", "family": "mine"}
    assert session.post(f"{base}/global/images", json=image).json()["status"] == "DONE"
    assert session.get(f"{base}/global/images/family/mine").json()["name"] == "baked"
