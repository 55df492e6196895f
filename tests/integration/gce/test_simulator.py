"""The simulator's own promises: state, validation in both directions, faults of operations, dating."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account

from sandbox.compute_api import description
from sandbox.compute_api.process import Simulator

ZONE = "us-central1-a"


class Api:
    """Plain requests with a token."""

    def __init__(self, simulator: Simulator, key_file: Path, project: str) -> None:
        scopes = ["https://www.googleapis.com/auth/compute"]
        credentials = service_account.Credentials.from_service_account_file(str(key_file), scopes=scopes)
        self._session = AuthorizedSession(credentials)
        self.base = f"{simulator.http}/compute/v1/projects/{project}"

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self._session.request(method, f"{self.base}/{path}", json=body, headers=headers)

    def insert(self, name: str, query: str = "", **more: Any) -> Any:
        body = {
            "name": name,
            "machineType": f"zones/{ZONE}/machineTypes/e2-small",
            "disks": [
                {
                    "boot": True,
                    "autoDelete": True,
                    "initializeParams": {"sourceImage": "projects/debian-cloud/global/images/family/debian-13"},
                }
            ],
            "networkInterfaces": [{"accessConfigs": [{}]}],
            **more,
        }
        return self("POST", f"zones/{ZONE}/instances{query}", body)

    def instance(self, name: str) -> Any:
        return self("GET", f"zones/{ZONE}/instances/{name}").json()


@pytest.fixture
def api(cloud: Any) -> Api:
    return Api(cloud.simulator, cloud.key_file, cloud.project())


def reason(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]


def test_it_speaks_googles_current_description() -> None:
    document = description.load()
    assert document.revision >= "20261106"
    assert len(document.methods) > 1000


def test_everything_else_says_which_method_is_missing(api: Api) -> None:
    answer = api("GET", "global/backendServices")
    assert reason(answer) == (501, "notImplemented")
    assert "compute.backendServices.list" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("GET", "zones?nonsense=1", None, 'Unknown name "nonsense"'),
        ("GET", "zones?maxResults=many", None, "An integer is expected"),
        ("GET", f"zones/{ZONE}/instances?maxResults=501", None, "within the range: [0, 500]"),
        ("GET", "zones?fields=items(name", None, "not closed"),
        ("POST", f"zones/{ZONE}/instances", {"nme": "x"}, "not a Instance"),
        ("POST", f"zones/{ZONE}/instances", {"name": "Bad_Name"}, "not a Instance"),
        ("POST", f"zones/{ZONE}/instances", {"name": "x", "status": "DANCING"}, "not a Instance"),
        (
            "POST",
            f"zones/{ZONE}/instances",
            {"name": "x", "networkInterfaces": [{"networkIPs": "1"}]},
            "not a Instance",
        ),
        ("POST", "global/firewalls", {"network": "global/networks/default"}, "not a Firewall"),
        ("POST", f"zones/{ZONE}/instances", {"name": "x", "machineType": "e2-huge"}, "boot disk is required"),
    ],
)
def test_requests_are_checked(api: Api, method: str, path: str, body: Any, words: str) -> None:
    answer = api(method, path, body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_what_is_stored_is_checked(cloud: Any) -> None:
    with pytest.raises(RuntimeError, match="not a Instance"):
        cloud.simulator.ask(
            "POST", "instances", {"project": "dockyard", "instances": [{"name": "x", "zone": "a/b", "colour": "red"}]}
        )


def test_no_credentials_no_answer(cloud: Any, api: Api) -> None:
    import requests

    session = requests.Session()
    session.trust_env = False
    assert session.get(f"{api.base}/zones").status_code == 401
    assert session.get(f"{api.base}/zones", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_repeated_request_id_makes_no_second_operation(api: Api) -> None:
    query = f"?requestId={uuid.uuid4()}"
    first, second = api.insert("once", query).json(), api.insert("once", query).json()
    assert first["name"] == second["name"]
    assert reason(api.insert("once")) == (409, "alreadyExists")


def test_a_lost_answer_can_be_asked_for_again(cloud: Any, api: Api) -> None:
    import requests

    query = f"?requestId={uuid.uuid4()}"
    cloud.simulator.faults({"kind": "lose_answer", "method": "compute.instances.insert", "times": 1})
    with pytest.raises(requests.exceptions.ConnectionError):
        api.insert("lost", query)
    assert api.insert("lost", query).json()["status"] == "DONE"
    assert len(api("GET", f"zones/{ZONE}/instances").json()["items"]) == 1


@pytest.mark.parametrize(
    ("action", "fingerprint", "change"),
    [
        ("setLabels", "labelFingerprint", {"labels": {"a": "b"}}),
        ("setMetadata", "fingerprint", {"items": [{"key": "k", "value": "v"}]}),
        ("setTags", "fingerprint", {"items": ["web"]}),
    ],
)
def test_stale_fingerprints_are_refused(api: Api, action: str, fingerprint: str, change: dict[str, Any]) -> None:
    api.insert("a")
    before = api.instance("a")
    part = {"setLabels": before, "setMetadata": before["metadata"], "setTags": before["tags"]}[action]
    body = {**change, fingerprint: part[fingerprint]}
    assert api("POST", f"zones/{ZONE}/instances/a/{action}", body).status_code == 200
    assert reason(api("POST", f"zones/{ZONE}/instances/a/{action}", body)) == (412, "conditionNotMet")


def test_start_stop_and_reset(api: Api) -> None:
    api.insert("a")
    for action, status in (("stop", "TERMINATED"), ("start", "RUNNING"), ("reset", "RUNNING")):
        assert api("POST", f"zones/{ZONE}/instances/a/{action}").json()["status"] == "DONE"
        assert api.instance("a")["status"] == status


def test_access_configs_and_reserved_addresses(api: Api) -> None:
    address = f"{api.base}/x"
    api("POST", "regions/us-central1/addresses", {"name": "fixed"})
    address = api("GET", "regions/us-central1/addresses/fixed").json()
    api.insert("a", networkInterfaces=[{"accessConfigs": [{"natIP": address["address"]}]}])
    used = api("GET", "regions/us-central1/addresses/fixed").json()
    assert used["status"] == "IN_USE"
    assert used["users"][0].endswith("/instances/a")
    assert reason(api("DELETE", "regions/us-central1/addresses/fixed"))[1] == "resourceInUseByAnotherResource"
    query = "accessConfig=External%20NAT&networkInterface=nic0"
    api("POST", f"zones/{ZONE}/instances/a/deleteAccessConfig?{query}")
    assert api("GET", "regions/us-central1/addresses/fixed").json()["status"] == "RESERVED"
    api("POST", f"zones/{ZONE}/instances/a/addAccessConfig?networkInterface=nic0", {"natIP": address["address"]})
    assert api.instance("a")["networkInterfaces"][0]["accessConfigs"][0]["natIP"] == address["address"]


def test_disks_come_and_go_with_their_instance(api: Api) -> None:
    api.insert("a")
    api("POST", f"zones/{ZONE}/disks", {"name": "data", "sizeGb": "20"})
    source = f"zones/{ZONE}/disks/data"
    api("POST", f"zones/{ZONE}/instances/a/attachDisk", {"source": source, "deviceName": "data"})
    assert [disk["deviceName"] for disk in api.instance("a")["disks"]] == ["persistent-disk-0", "data"]
    assert reason(api("DELETE", source))[1] == "resourceInUseByAnotherResource"
    api("DELETE", f"zones/{ZONE}/instances/a")
    assert [disk["name"] for disk in api("GET", f"zones/{ZONE}/disks").json()["items"]] == ["data"]
    assert "users" not in api("GET", source).json()


def test_deletion_protection(api: Api) -> None:
    api.insert("a", deletionProtection=True)
    assert api("DELETE", f"zones/{ZONE}/instances/a").status_code == 400
    api("POST", f"zones/{ZONE}/instances/a/setDeletionProtection?deletionProtection=false")
    assert api("DELETE", f"zones/{ZONE}/instances/a").status_code == 200


def test_a_quota_ends_the_operation_with_an_error(cloud: Any) -> None:
    small = Api(cloud.simulator, cloud.key_file, cloud.project(quotas={"INSTANCES": 1}))
    assert "error" not in small.insert("a").json()
    operation = small.insert("b").json()
    assert operation["error"]["errors"][0]["code"] == "QUOTA_EXCEEDED"
    assert [item["name"] for item in small("GET", f"zones/{ZONE}/instances").json()["items"]] == ["a"]
    assert [item["name"] for item in small("GET", f"zones/{ZONE}/disks").json()["items"]] == ["a"]


def test_operations_can_fail_and_can_hang(cloud: Any, api: Api) -> None:
    insert = "compute.instances.insert"
    cloud.simulator.faults({"kind": "operation_error", "method": insert, "code": "ZONE_RESOURCE_POOL_EXHAUSTED"})
    operation = api.insert("a").json()
    assert operation["error"]["errors"][0]["code"] == "ZONE_RESOURCE_POOL_EXHAUSTED"
    cloud.simulator.faults({"kind": "operation_stuck", "method": insert})
    operation = api.insert("b").json()
    cloud.simulator.faults()
    assert operation["status"] == "RUNNING"
    assert api("GET", f"zones/{ZONE}/operations/{operation['name']}").json()["status"] == "RUNNING"
    assert "items" not in api("GET", f"zones/{ZONE}/instances").json()


def test_without_a_date_partial_success_is_asked_for(cloud: Any, api: Api) -> None:
    cloud.simulator.faults({"kind": "unreachable_zone", "zone": ZONE})
    assert api("GET", "aggregated/instances").status_code == 503
    answer = api("GET", "aggregated/instances?returnPartialSuccess=true").json()
    assert answer["unreachables"] == [f"zones/{ZONE}"]
    assert answer["warning"]["code"] == "PARTIAL_SUCCESS"


def test_with_a_date_partial_success_is_given(cloud: Any, api: Api) -> None:
    cloud.simulator.faults({"kind": "unreachable_zone", "zone": ZONE})
    dated = {"X-Goog-Api-Version": "2026-11-01"}
    assert api("GET", "aggregated/instances", **dated).json()["unreachables"] == [f"zones/{ZONE}"]
    assert api("GET", "aggregated/instances?returnPartialSuccess=true", **dated).status_code == 400
    assert api("GET", "aggregated/instances", **{"X-Goog-Api-Version": "2031-01-01"}).status_code == 400


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator that may be killed; its operations take a while."""
    simulator = Simulator(tmp_path / "own", ["p"], operation_seconds=0.8)
    simulator.start()
    yield simulator
    simulator.stop()


def test_a_restart_loses_nothing_and_finishes_what_was_begun(own: Simulator) -> None:
    key = own.key_file("a@p.iam.gserviceaccount.com", "p")
    api = Api(own, key, "p")
    begun = api.insert("a").json()
    assert begun["status"] == "RUNNING"
    assert api.instance("a")["status"] == "PROVISIONING"
    own.kill()
    own.start()
    api = Api(own, key_with(key, own), "p")
    ended = api("POST", f"zones/{ZONE}/operations/{begun['name']}/wait").json()
    assert ended["status"] == "DONE"
    assert "error" not in ended
    assert api.instance("a")["status"] == "RUNNING"


def key_with(key: Path, simulator: Simulator) -> Path:
    """The same key; the simulator listens elsewhere after a restart."""
    import json

    content = json.loads(key.read_text())
    key.write_text(json.dumps({**content, "token_uri": f"{simulator.http}/token"}))
    return key


def test_waiting_ends_with_the_operation(own: Simulator) -> None:
    api = Api(own, own.key_file("a@p.iam.gserviceaccount.com", "p"), "p")
    begun = api.insert("a").json()
    ended = api("POST", f"zones/{ZONE}/operations/{begun['name']}/wait").json()
    assert (begun["status"], ended["status"]) == ("RUNNING", "DONE")
