"""Who may ask the simulator what. It listens where every user of the machine, and every web page, can ask."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.compute_api.process import Simulator
from sandbox.compute_api.secret import FILE, HEADER
from tests.integration.gce.test_simulator import ZONE, Api, reason

ACCOUNT = {
    "email": "eve@dockyard.iam.gserviceaccount.com",
    "project": "dockyard",
    "token_uri": "http://127.0.0.1/token",
}
CONTROL = [
    ("GET", "requests"),
    ("DELETE", "requests"),
    ("GET", "traffic"),
    ("PUT", "faults"),
    ("POST", "projects"),
    ("POST", "accounts"),
    ("POST", "users"),
    ("POST", "tokens"),
    ("POST", "instances"),
    ("POST", "fleet"),
    ("DELETE", "keys"),
]


@pytest.fixture
def api(cloud: Any) -> Api:
    return Api(cloud.simulator, cloud.key_file, cloud.project())


@pytest.fixture
def door(simulator: Simulator) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize(("method", "what"), CONTROL)
@pytest.mark.parametrize("secret", [None, "", "guess"])
def test_control_calls_need_the_secret(
    simulator: Simulator, door: requests.Session, method: str, what: str, secret: str | None
) -> None:
    headers = {} if secret is None else {HEADER: secret}
    answer = door.request(method, f"{simulator.http}/_sandbox/{what}", json=ACCOUNT, headers=headers, timeout=10)
    assert answer.status_code == 403
    assert "private_key" not in answer.text
    assert HEADER in answer.json()["error"]


def test_a_form_of_a_web_page_is_refused_even_with_the_secret(simulator: Simulator, door: requests.Session) -> None:
    secret = (simulator.folder / FILE).read_text()
    headers = {HEADER: secret, "Content-Type": "text/plain"}
    answer = door.post(f"{simulator.http}/_sandbox/accounts", json.dumps(ACCOUNT), headers=headers, timeout=10)
    assert answer.status_code == 403
    assert "application/json" in answer.json()["error"]


def test_the_secret_is_its_owners(simulator: Simulator) -> None:
    assert stat.S_IMODE((simulator.folder / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(simulator.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("path", ["_sandbox/health", "compute/v1/projects/p/zones", "token", "computeMetadata/v1/"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8479", "127.0.0.1.evil.example", "googleapis.com.evil.example"]
)
def test_a_name_that_was_made_to_lead_here_is_refused(
    simulator: Simulator, door: requests.Session, path: str, host: str
) -> None:
    headers = {"Host": host, "Metadata-Flavor": "Google"}
    for method in ("GET", "POST"):
        assert door.request(method, f"{simulator.http}/{path}", headers=headers, timeout=10).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:8479", "compute.googleapis.com"])
def test_names_of_this_machine_and_of_google_are_served(
    simulator: Simulator, door: requests.Session, host: str
) -> None:
    assert door.get(f"{simulator.http}/_sandbox/health", headers={"Host": host}, timeout=10).status_code == 200


def test_where_instances_are_hosts_nobody_gets_a_token_for_nothing(tmp_path: Path, door: requests.Session) -> None:
    with Simulator(tmp_path, ["dockyard"], hands_out_tokens=False) as simulator:
        flavor = {"Metadata-Flavor": "Google"}
        path = "computeMetadata/v1/instance/service-accounts/default/token"
        assert door.get(f"{simulator.http}/{path}", headers=flavor, timeout=10).status_code == 404
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": "eve",
            "audience": "a",
        }
        refused = door.post(f"{simulator.http}/v1/token", data=form, timeout=10)
        assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


# -- addresses that the sandbox leads to hosts ----------------------------------------------------------


@pytest.mark.parametrize("address", ["8.8.8.8", "127.0.0.1", "198.18.77.77", "no address"])
def test_only_addresses_of_its_own_can_be_reserved(api: Api, address: str) -> None:
    body = {"name": "theirs", "address": address}
    refused = api("POST", "regions/us-central1/addresses", body)
    assert reason(refused) == (400, "invalid")
    assert "not allocated to the project" in refused.json()["error"]["message"]


def test_an_address_in_use_can_be_reserved_as_it_stands(api: Api) -> None:
    api.insert("a")
    address = api.instance("a")["networkInterfaces"][0]["accessConfigs"][0]["natIP"]
    assert api("POST", "regions/us-central1/addresses", {"name": "a", "address": address}).status_code == 200


@pytest.mark.parametrize("address", ["8.8.8.8", "198.18.77.77"])
def test_no_host_gets_an_address_that_is_not_reserved(api: Api, address: str) -> None:
    refused = api.insert("a", networkInterfaces=[{"accessConfigs": [{"natIP": address}]}])
    assert reason(refused) == (400, "invalid")
    api.insert("b", networkInterfaces=[{}])
    path = f"zones/{ZONE}/instances/b/addAccessConfig?networkInterface=nic0"
    assert reason(api("POST", path, {"natIP": address})) == (400, "invalid")


def test_an_internal_address_is_one_of_the_subnetwork(api: Api) -> None:
    refused = api.insert("a", networkInterfaces=[{"networkIP": "192.168.1.1"}])
    assert reason(refused) == (400, "invalid")
    body = {"name": "a", "addressType": "INTERNAL", "address": "8.8.8.8"}
    assert reason(api("POST", "regions/us-central1/addresses", body)) == (400, "invalid")


# -- places that do not exist ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "zones/europe-west9-x/instances"),
        ("GET", "zones/europe-west9-x/instances/a"),
        ("POST", "zones/europe-west9-x/instances"),
        ("DELETE", "zones/europe-west9-x/disks/a"),
        ("GET", "zones/europe-west9-x/machineTypes/e2-small"),
        ("GET", "regions/mars-north1/addresses"),
        ("POST", "regions/mars-north1/addresses"),
    ],
)
def test_a_place_that_does_not_exist_is_a_400_as_at_google(api: Api, method: str, path: str) -> None:
    answer = api(method, path, {"name": "a"} if method == "POST" else None)
    assert reason(answer) == (400, "invalid")
    kind, place = path.split("/", maxsplit=1)[0].removesuffix("s"), path.split("/")[1]
    assert answer.json()["error"]["message"] == f"Invalid value for field '{kind}': '{place}'. Unknown {kind}."


def test_asking_for_the_place_itself_is_a_404(api: Api) -> None:
    assert reason(api("GET", "zones/europe-west9-x")) == (404, "notFound")
    assert reason(api("GET", "regions/mars-north1")) == (404, "notFound")
