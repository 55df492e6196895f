"""Engine 29 as it describes itself: what the modules read is there in API 1.52, with its fewest fields.

No engine of this version has been run. The answers have the shapes of its published API (docs/api/v1.52.yaml and the
version history of moby): optional fields are left out, lists that may be null are null, what 1.44 to 1.52 took away is
gone, and images are those of containerd's store.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer
from ansible_collections.dockyard.swarm.plugins.module_utils._host import engine_service
from ansible_collections.dockyard.swarm.plugins.module_utils._image import manifest, preload
from ansible_collections.dockyard.swarm.plugins.module_utils._service.change import read_cluster, read_view
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import ROLLED_BACK, Change
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import look, wait_for
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import plan_request
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report import stack_state
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject, stack_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm import restart_safety
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import settings_view
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import read_member
from ansible_collections.dockyard.swarm.plugins.modules import cluster_status

Json = dict[str, Any]

OLDEST, NEWEST = (1, 44), (1, 52)
DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
LABELS = {NAMESPACE: "shop"}
PROJECT = LoadedProject(
    config={
        "services": {
            "ui": {
                "image": "registry:5000/ui:1",
                "networks": {"front": None},
                "configs": [{"source": "settings", "target": "/etc/settings"}],
                "secrets": [{"source": "key", "target": "key"}],
                "deploy": {"resources": {"limits": {"memory": 67108864}}},
                "ports": [{"target": 80, "published": 8080, "protocol": "tcp", "mode": "ingress"}],
            }
        },
        "networks": {"front": {}},
        "configs": {"settings": {"external": True, "name": "settings"}},
        "secrets": {"key": {"external": True, "name": "key"}},
    }
)

INACTIVE = {
    "NodeID": "",
    "NodeAddr": "",
    "LocalNodeState": "inactive",
    "ControlAvailable": False,
    "Error": "",
    "RemoteManagers": None,
}
WORKER = {
    **INACTIVE,
    "NodeID": "w1",
    "NodeAddr": "10.0.0.2",
    "LocalNodeState": "active",
    "RemoteManagers": [{"NodeID": "m1", "Addr": "10.0.0.1:2377"}],
}
MANAGER = {
    **WORKER,
    "NodeID": "m1",
    "ControlAvailable": True,
    "Nodes": 1,
    "Managers": 1,
    "Cluster": {"ID": "c1", "Version": {"Index": 9}, "CreatedAt": "2025-11-10T00:00:00Z", "Spec": {"Name": "default"}},
}
# Without `ID`, registries, bridge-nf-call-iptables, init, hashes of runc and whatever else nothing here may need.
INFO = {
    "ServerVersion": "29.0.4",
    "Driver": "overlayfs",
    "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
    "FirewallBackend": {"Driver": "iptables"},
    "Name": "m1",
    "Swarm": MANAGER,
}
NODE = {
    "ID": "m1",
    "Version": {"Index": 10},
    "Spec": {"Role": "manager", "Availability": "active"},
    "Description": {
        "Hostname": "m1",
        "Platform": {"Architecture": "x86_64", "OS": "linux"},
        "Resources": {"NanoCPUs": 2000000000, "MemoryBytes": 8000000000},
        "Engine": {"EngineVersion": "29.0.4"},
        "TLSInfo": {"TrustRoot": "pem"},
    },
    "Status": {"State": "ready", "Addr": "10.0.0.1"},
    "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": "10.0.0.1:2377"},
}
NETWORK = {
    "Name": "shop_front",
    "Id": "n1",
    "Created": "2025-11-10T00:00:00Z",
    "Scope": "swarm",
    "Driver": "overlay",
    "EnableIPv4": True,
    "EnableIPv6": False,
    "IPAM": {"Driver": "default", "Options": None, "Config": [{"Subnet": "10.0.1.0/24", "Gateway": "10.0.1.1"}]},
    "Internal": False,
    "Attachable": False,
    "Ingress": False,
    "ConfigFrom": {"Network": ""},
    "ConfigOnly": False,
    "Options": {"com.docker.network.driver.overlay.vxlanid_list": "4097"},
    "Labels": LABELS,
}
LOCAL_NETWORK = {
    **{key: NETWORK[key] for key in ("Created", "EnableIPv4", "EnableIPv6", "ConfigFrom", "ConfigOnly")},
    "Name": "none",
    "Id": "n0",
    "Scope": "local",
    "Driver": "null",
    "IPAM": {"Driver": "default", "Options": None, "Config": None},
    "Options": None,
    "Labels": None,
}
TASK = {
    "ID": "t1",
    "Version": {"Index": 12},
    "CreatedAt": "2025-11-10T00:00:01.1Z",
    "Spec": {
        "ContainerSpec": {"Image": "registry:5000/ui:1"},
        "Resources": {"SwapBytes": None, "MemorySwappiness": None},
        "ForceUpdate": 0,
    },
    "ServiceID": "s1",
    "Slot": 1,
    "NodeID": "m1",
    "Status": {"Timestamp": "2025-11-10T00:00:02.1Z", "State": "running", "Message": "started"},
    "DesiredState": "running",
}
# An image of containerd's store: its id is the digest, and its configuration has what was set.
IMAGE = {
    "Id": DIGEST,
    "RepoTags": ["registry:5000/ui:1"],
    "RepoDigests": [f"registry:5000/ui@{DIGEST}"],
    "Config": {},
    "Architecture": "amd64",
    "Os": "linux",
    "Size": 1,
    "RootFS": {"Type": "layers"},
    "Descriptor": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": DIGEST, "size": 1},
}
VERSION = {
    "Platform": {"Name": "Docker Engine - Community"},
    "Version": "29.0.4",
    "ApiVersion": "1.52",
    "MinAPIVersion": "1.44",
    "Os": "linux",
    "Arch": "amd64",
    "Components": [{"Name": "Engine", "Version": "29.0.4"}, {"Name": "containerd", "Version": "v2.1.5"}],
}


class Engine29:
    """A transport to an engine 29, which refuses older versions and knows nothing that was not listed."""

    def __init__(self, bodies: Mapping[str, Any], progress: str = "") -> None:
        self.bodies = dict(bodies)
        self.progress = progress
        self.sent: list[str] = []

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        if path == "/_ping":
            return Answer(200, "OK", {"api-version": "1.52"})
        prefix, major, minor, rest = re.fullmatch(r"(/v(\d+)\.(\d+))?(/.*)", path).groups()
        if prefix and not OLDEST <= (int(major), int(minor)) <= NEWEST:
            words = f"client version {major}.{minor} is too old. Minimum supported API version is 1.44"
            return Answer(400, json.dumps({"message": words}))
        self.sent.append(f"{method} {rest}")
        if method == "POST" and rest == "/images/create":
            return Answer(200, self.progress)
        if rest not in self.bodies:
            return Answer(404, json.dumps({"message": f"no such thing: {rest}"}))
        return Answer(200, json.dumps(self.bodies[rest]))


def options() -> Json:
    """The module's options as they are where nothing else is said."""
    return {**{name: item.get("default") for name, item in stack_argument_spec().items()}, "name": "shop", "origin": {}}


def service() -> Json:
    """The stack's service as this engine stores and tells it."""
    request = request_from_project(options(), PROJECT, "1.52", lambda _reference: None)
    spec = copy.deepcopy(request.desired.services["shop_ui"])
    template = spec["TaskTemplate"]
    template["ContainerSpec"]["Image"] = f"registry:5000/ui:1@{DIGEST}"
    template["ContainerSpec"]["Configs"][0]["ConfigID"] = "x1"
    template["ContainerSpec"]["Secrets"][0]["SecretID"] = "x2"
    template["Resources"] = {**template["Resources"], "SwapBytes": None, "MemorySwappiness": None}
    template["Networks"] = [{"Target": "n1", "Aliases": ["ui"]}]
    template["Placement"] = {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]}
    return {
        "ID": "s1",
        "Version": {"Index": 11},
        "CreatedAt": "2025-11-10T00:00:00Z",
        "UpdatedAt": "2025-11-10T00:00:00Z",
        "Spec": spec,
        "Endpoint": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}]},
        "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 1, "CompletedTasks": 0},
    }


@pytest.fixture
def bodies(tmp_path: Path) -> Json:
    return {
        "/info": {**INFO, "DockerRootDir": str(tmp_path)},
        "/version": VERSION,
        "/nodes": [NODE],
        "/nodes/m1": NODE,
        "/networks": [NETWORK, LOCAL_NETWORK],
        "/configs": [{"ID": "x1", "Version": {"Index": 1}, "Spec": {"Name": "settings", "Data": "YQ=="}}],
        "/secrets": [{"ID": "x2", "Version": {"Index": 2}, "Spec": {"Name": "key"}}],
        "/services": [service()],
        "/services/s1": service(),
        "/tasks": [TASK],
        "/swarm": {"ID": "c1", "Version": {"Index": 9}, "Spec": {"Name": "default"}, "JoinTokens": {}},
        "/images/json": [{**IMAGE, "Containers": 1}, {"Id": OTHER, "RepoTags": None, "RepoDigests": None}],
        f"/images/registry:5000/ui@{DIGEST}/json": IMAGE,
        "/distribution/registry:5000/ui:1/json": {
            "Descriptor": {"digest": DIGEST},
            "Platforms": [{"architecture": "amd64", "os": "linux"}],
        },
    }


def engine(bodies: Mapping[str, Any], progress: str = "") -> Engine:
    return Engine(Engine29(bodies, progress), "1.52")


def test_its_own_version_is_spoken(bodies: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Engine29(bodies)
    monkeypatch.setattr(f"{Engine.__module__}._transport_to", lambda *_arguments: transport)
    connected = Engine.connect()
    assert connected.api_version == "1.52"
    assert connected.info()["ServerVersion"] == "29.0.4"


def test_an_older_one_is_refused(bodies: Json) -> None:
    with pytest.raises(EngineError, match=r"1\.41 is too old"):
        Engine(Engine29(bodies), "1.41").info()


def test_nothing_names_a_version_of_its_own() -> None:
    """Every request carries the version that the engine told."""
    plugins = Path(__file__).parents[3] / "plugins"
    naming = [
        str(path.relative_to(plugins))
        for folder in ("module_utils", "modules", "plugin_utils", "action")
        for path in (plugins / folder).rglob("*.py")
        if re.search(r"[\"'(]/v1\.\d+/", path.read_text(encoding="utf-8"))
    ]
    assert naming == []


def test_an_unchanged_stack_is_unchanged(bodies: Json) -> None:
    request = request_from_project(options(), PROJECT, "1.52", lambda _reference: None)
    plan, current = plan_request(engine(bodies), request)
    assert [step.short for step in plan.steps if step.action != "unchanged"] == []
    assert not plan.changed
    assert current.lock is None


def test_a_changed_one_is_compared_with_its_fields(bodies: Json) -> None:
    changed = LoadedProject(copy.deepcopy(PROJECT.config))
    changed.config["services"]["ui"]["deploy"]["resources"]["limits"]["memory"] = 134217728
    request = request_from_project(options(), changed, "1.52", lambda _reference: None)
    plan, _current = plan_request(engine(bodies), request)
    (step,) = [step for step in plan.steps if step.action == "update"]
    assert [difference.key for difference in step.differences] == ["deploy.resources.limits.memory"]


def test_a_stack_is_seen_to_run(bodies: Json) -> None:
    view = look(engine(bodies), "shop", ["shop_ui"])
    outcome = wait_for(lambda: view, ["shop_ui"], submitted=(), known_failures=(), timeout=0)
    assert outcome.converged


def test_a_stack_is_described(bodies: Json) -> None:
    told = stack_state.describe(stack_state.read(engine(bodies), "shop"), "shop")
    assert [item["name"] for item in told["services"]] == ["shop_ui"]
    assert [item["name"] for item in told["networks"]] == ["shop_front"]


def test_a_service_is_read(bodies: Json) -> None:
    cluster = read_cluster(engine(bodies), True, lambda _reference: None)
    assert list(cluster.services) == ["shop_ui"]
    assert read_view(engine(bodies), Change("shop_ui", "s1", ROLLED_BACK)).tasks["shop_ui"][0]["ID"] == "t1"


@pytest.mark.parametrize(
    ("swarm", "expected"),
    [(INACTIVE, ("inactive", None)), (WORKER, ("active", "worker")), (MANAGER, ("active", "manager")), (None, None)],
    ids=["outside", "worker", "manager", "not told"],
)
def test_a_membership_is_read(bodies: Json, swarm: Json | None, expected: tuple[str, str | None] | None) -> None:
    bodies["/info"]["Swarm"] = swarm
    member = read_member(engine(bodies))
    assert (member["state"], member["role"]) == (expected or ("inactive", None))
    assert member["engine_version"] == "29.0.4"
    assert [node["hostname"] for node in member["nodes"] or []] == (["m1"] if swarm is MANAGER else [])
    state = engine_service.swarm_state(bodies["/info"])
    assert state["managers"] == (["m1"] if swarm in (WORKER, MANAGER) else [])


def test_a_cluster_is_read(bodies: Json) -> None:
    view = settings_view(engine(bodies).swarm()["Spec"])
    assert (view["autolock"], view["labels"], view["external_cas"]) == (False, {}, [])


def test_the_page_about_a_cluster(bodies: Json) -> None:
    status = cluster_status._status(engine(bodies), {"hosts": {}, "addresses": {}, "plan": {}})
    assert status["services"][0]["published"][0]["port"] == 8080
    assert status["nodes"][0]["engine_version"] == "29.0.4"


def test_a_node_may_be_restarted_by_what_it_tells(bodies: Json) -> None:
    told = engine(bodies)
    nodes, tasks = told.nodes(), told.tasks()
    assert restart_safety.objections(nodes, "m1") == []
    baseline = {"running": restart_safety.running(tasks), "tasks": []}
    assert restart_safety.shortfalls(nodes, told.services(status=True), tasks, "m1", baseline) == []


def test_images_of_containerds_store(bodies: Json) -> None:
    told = engine(bodies)
    assert manifest.images(told.images()) == {f"registry:5000/ui@{DIGEST}": DIGEST}
    assert manifest._engine(told.version()) == {"api": "1.52", "Engine": "29.0.4", "containerd": "v2.1.5"}
    plan = preload.read([f"registry:5000/ui@{DIGEST}", f"registry:5000/ui@{OTHER}"], told)
    assert (plan.present, plan.pull) == ([f"registry:5000/ui@{DIGEST}"], [f"registry:5000/ui@{OTHER}"])


def lines(*items: Json) -> str:
    return "".join(json.dumps(item) + "\r\n" for item in items)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"errorDetail": {"message": "manifest unknown"}}, "manifest unknown"),
        ({"errorDetail": {"code": 401, "message": "denied"}, "error": "denied"}, "denied"),
        ({"error": "manifest unknown"}, "manifest unknown"),
    ],
    ids=["1.52", "both", "before"],
)
def test_a_pull_that_fails_is_an_error(bodies: Json, failure: Json, words: str) -> None:
    progress = lines({"status": "Pulling from ui", "id": "1"}, {"status": "Downloading", "progressDetail": {}}, failure)
    with pytest.raises(preload.PreloadError, match=f"could not be pulled: {words}"):
        preload.apply(preload.Plan(pull=[f"ui@{OTHER}"]), engine(bodies, progress), {})


def test_a_pull_that_succeeds(bodies: Json) -> None:
    progress = lines({"status": "Pulling", "progressDetail": {"current": 1}}, {"status": "Status: Image is up to date"})
    engine(bodies, progress).image_pull("ui:1")


def test_progress_that_is_no_json_is_an_error(bodies: Json) -> None:
    with pytest.raises(EngineError, match="progress is not JSON: <html>"):
        engine(bodies, "<html>\n").image_pull("ui:1")
