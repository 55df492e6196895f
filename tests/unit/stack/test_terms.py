"""Specs are said in compose's words, and nothing of them is lost."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Names, canonical_service
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.terms import compose_terms, duration, size

from tests.unit.stack.specs import STACK, service_spec


def terms_of(spec):
    return compose_terms(canonical_service(spec, Names()), STACK)


@pytest.mark.parametrize(
    ("container", "key", "value"),
    [
        ({"Args": ["-v"]}, "command", ["-v"]),
        ({"Command": ["sh"]}, "entrypoint", ["sh"]),
        ({"Env": ["LOG=debug"]}, "environment.LOG", "debug"),
        ({"Env": ["A=b=c"]}, "environment.A", "b=c"),
        ({"Env": ["BARE"]}, "environment.BARE", None),
        ({"Labels": {"a.b": ""}}, "labels.a.b", ""),
        ({"StopGracePeriod": 90 * 10**9}, "stop_grace_period", "1m30s"),
        ({"Healthcheck": {"Interval": 500 * 10**6}}, "healthcheck.interval", "500ms"),
        ({"Init": False}, "init", False),
        ({"DNSConfig": {"Nameservers": ["10.0.0.1"]}}, "dns", ["10.0.0.1"]),
        ({"Mounts": [{"Type": "volume", "Source": "d", "Target": "/d"}]}, "volumes./d", "source=d, type=volume"),
        ({"Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}]}, "ulimits.nofile", "hard=2, soft=1"),
        ({"Secrets": [{"SecretName": "shop_key", "File": {"Name": "key"}}]}, "secrets.key", ["target=key"]),
        ({"SomethingNew": {"Deep": 1}}, "TaskTemplate.ContainerSpec.SomethingNew.Deep", 1),
    ],
)
def test_container_fields(container, key, value):
    assert terms_of(service_spec(**container))[key] == value


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ({"Mode": {"Replicated": {"Replicas": 4}}}, "deploy.replicas", 4),
        ({"Mode": {"Global": {}}}, "deploy.mode", "global"),
        ({"Mode": {"ReplicatedJob": {"TotalCompletions": 3}}}, "deploy.replicas", 3),
        ({"UpdateConfig": {"Delay": 10**10}}, "deploy.update_config.delay", "10s"),
        ({"RollbackConfig": {"Order": "start-first"}}, "deploy.rollback_config.order", "start-first"),
        ({"EndpointSpec": {"Mode": "dnsrr"}}, "deploy.endpoint_mode", "dnsrr"),
        (
            {"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}},
            "ports.8080/tcp",
            "to 80, ingress",
        ),
    ],
)
def test_service_fields(change, key, value):
    assert terms_of({**service_spec(), **change})[key] == value


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ({"Resources": {"Limits": {"NanoCPUs": 500000000}}}, "deploy.resources.limits.cpus", "0.5"),
        ({"Resources": {"Reservations": {"MemoryBytes": 2**26}}}, "deploy.resources.reservations.memory", "64M"),
        ({"Placement": {"Constraints": ["node.role==worker"]}}, "deploy.placement.constraints", ["node.role==worker"]),
        (
            {"Placement": {"Preferences": [{"Spread": {"SpreadDescriptor": "node.id"}}]}},
            "deploy.placement.preferences",
            ["spread=node.id"],
        ),
        ({"Networks": [{"Target": "shop_back", "Aliases": ["db"]}]}, "networks.back", "aliases=[db]"),
        ({"LogDriver": {"Name": "json-file"}}, "logging.driver", "json-file"),
    ],
)
def test_task_fields(change, key, value):
    spec = service_spec()
    spec["TaskTemplate"].update(change)
    assert terms_of(spec)[key] == value


@pytest.mark.parametrize(
    ("label", "image", "told"),
    [
        ("nginx", "nginx:latest@sha256:aa", "nginx@sha256:aa"),
        ("nginx:1", "nginx:1", "nginx:1"),
        (None, "nginx:1@sha256:aa", "nginx:1@sha256:aa"),
    ],
)
def test_the_image_is_told_as_the_file_names_it_with_its_digest(label, image, told):
    spec = service_spec(Image=image)
    spec["Labels"] = {"com.docker.stack.image": label} if label else {}
    assert terms_of(spec)["image"] == told


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


RICH = {
    **service_spec(
        Command=["sh"],
        Args=["-c", "true"],
        Env=["A=1", "B"],
        Hosts=["1.2.3.4 x"],
        Healthcheck={"Test": ["CMD", "x"], "Interval": 10**9, "Retries": 3},
        Mounts=[{"Type": "bind", "Source": "/a", "Target": "/b", "BindOptions": {"Propagation": "rslave"}}],
        Secrets=[{"SecretName": "shop_key", "File": {"Name": "key", "UID": "0", "GID": "0", "Mode": 292}}],
        Configs=[{"ConfigName": "shop_conf", "File": {"Name": "/conf", "UID": "0", "GID": "0", "Mode": 292}}],
        Ulimits=[{"Name": "nofile", "Soft": 10, "Hard": 20}],
    ),
    "UpdateConfig": {"Parallelism": 2, "MaxFailureRatio": 0.5},
    "EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080, "Protocol": "udp", "PublishMode": "host"}]},
}


def other_than(value):
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def with_leaf_changed(spec, path):
    changed = copy.deepcopy(spec)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = other_than(holder[path[-1]])
    return changed


@pytest.mark.parametrize(
    "path", [path for path, _value in leaves(canonical_service(RICH, Names())) if path != ("Name",)], ids=str
)
def test_no_changed_field_goes_unsaid(path):
    canonical = canonical_service(RICH, Names())
    assert compose_terms(with_leaf_changed(canonical, path), STACK) != compose_terms(canonical, STACK)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0s"), (10**9, "1s"), (90 * 10**9, "1m30s"), (3600 * 10**9, "1h"), (1500000, "1ms500us")],
)
def test_duration(nanoseconds, text):
    assert duration(nanoseconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1000, "1000"), (1024, "1K"), (2**26, "64M"), (2**31, "2G")])
def test_size(count, text):
    assert size(count) == text
