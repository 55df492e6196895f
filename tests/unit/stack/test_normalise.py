"""An engine's answer and the spec that was sent meet in one form; what differs for the engine differs here."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import (
    Names,
    canonical_network,
    canonical_service,
    names_of,
)

from tests.unit.stack.specs import content, network, service_spec

NAMES = Names(
    networks={"net1": "shop_front"},
    configs={"conf1": "shop_conf"},
    secrets={"sec1": "shop_key", "sec2": "shop_key.2"},
    base={"shop_key.2": "shop_key"},
)


def as_engine_tells(spec):
    """What Docker 26.1 answers for a spec: zero values and defaults filled in, ids for names."""
    told = copy.deepcopy(spec)
    task = told["TaskTemplate"]
    container = task["ContainerSpec"]
    container.update({"Isolation": "default", "DNSConfig": {}, "Init": container.get("Init")})
    container.setdefault("Hosts", None)
    container["Privileges"] = {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False}
    task.update({"ForceUpdate": 3, "Runtime": "container", "Networks": [{"Target": "net1", "Aliases": ["ui"]}]})
    if "RestartPolicy" in task:
        task["RestartPolicy"] = {"Condition": "any", "MaxAttempts": 0, **task["RestartPolicy"]}
    told["EndpointSpec"] = {"Mode": "vip", **told["EndpointSpec"]}
    return told


@pytest.mark.parametrize(
    "container",
    [
        {},
        {"Env": ["B=2", "A=1"], "Command": ["sh", ""], "Hosts": ["10.0.0.1 db"]},
        {"Labels": {"empty": ""}, "Sysctls": {"net.core.somaxconn": ""}},
        {"StopGracePeriod": 0, "Init": False},
        {"Mounts": [{"Type": "volume", "Source": "data", "Target": "/data", "ReadOnly": False, "VolumeOptions": {}}]},
    ],
)
def test_an_engines_answer_equals_what_was_sent(container):
    sent = service_spec(**container)
    assert canonical_service(as_engine_tells(sent), NAMES) == canonical_service(sent, Names())


def test_restart_policy_comes_back_filled_and_still_equals():
    sent = service_spec()
    sent["TaskTemplate"]["RestartPolicy"] = {"Delay": 0}
    assert canonical_service(as_engine_tells(sent), NAMES) == canonical_service(sent, Names())


@pytest.mark.parametrize("side", ["UpdateConfig", "RollbackConfig"])
def test_update_config_defaults_are_no_difference(side):
    sent, told = service_spec(), service_spec()
    sent[side] = {"Parallelism": 1}
    told[side] = {"Parallelism": 1, "FailureAction": "pause", "MaxFailureRatio": 0, "Order": "stop-first"}
    assert canonical_service(sent, NAMES) == canonical_service(told, NAMES)


def test_port_defaults_are_no_difference():
    sent, told = service_spec(), service_spec()
    sent["EndpointSpec"] = {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}
    told["EndpointSpec"] = {
        "Mode": "vip",
        "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}],
    }
    assert canonical_service(sent, NAMES) == canonical_service(told, NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"StopGracePeriod": 0}, {}),
        ({"Init": False}, {}),
        ({"Init": False}, {"Init": True}),
        ({"Command": ["a", "b"]}, {"Command": ["b", "a"]}),
        ({"Labels": {"k": ""}}, {"Labels": {}}),
        ({"Env": ["A="]}, {"Env": ["A"]}),
        ({"Configs": [{"ConfigName": "c", "Runtime": {}}]}, {"Configs": [{"ConfigName": "c"}]}),
    ],
)
def test_what_differs_for_the_engine_differs(one, other):
    assert canonical_service(service_spec(**one), NAMES) != canonical_service(service_spec(**other), NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Env": ["A=1", "B=2"]}, {"Env": ["B=2", "A=1"]}),
        ({"CapabilityAdd": ["CAP_A", "CAP_B"]}, {"CapabilityAdd": ["CAP_B", "CAP_A"]}),
        ({"Mounts": [{"Target": "/a"}, {"Target": "/b"}]}, {"Mounts": [{"Target": "/b"}, {"Target": "/a"}]}),
        ({"Healthcheck": {}}, {}),
        ({"Mounts": [{"Target": "/a", "Consistency": "cached"}]}, {"Mounts": [{"Target": "/a"}]}),
        ({"Healthcheck": {"Test": ["CMD", "x"], "Retries": 0}}, {"Healthcheck": {"Test": ["CMD", "x"]}}),
    ],
)
def test_order_of_sets_and_empty_values_are_no_difference(one, other):
    assert canonical_service(service_spec(**one), NAMES) == canonical_service(service_spec(**other), NAMES)


def test_ports_sort_as_numbers():
    spec = service_spec()
    spec["EndpointSpec"] = {"Ports": [{"TargetPort": 1, "PublishedPort": 10000}, {"TargetPort": 1, "PublishedPort": 9}]}
    published = [port["PublishedPort"] for port in canonical_service(spec, NAMES)["EndpointSpec"]["Ports"]]
    assert published == [9, 10000]


def test_references_are_by_name_and_know_their_base():
    spec = service_spec(Secrets=[{"SecretID": "sec2", "SecretName": "stale", "File": {"Name": "key", "Mode": 292}}])
    (reference,) = canonical_service(spec, NAMES)["TaskTemplate"]["ContainerSpec"]["Secrets"]
    assert reference == {"SecretName": "shop_key.2", "Base": "shop_key", "File": {"Name": "key", "Mode": 292}}


def test_a_credential_specs_config_is_by_name():
    spec = service_spec(Privileges={"CredentialSpec": {"Config": "conf1"}})
    container = canonical_service(spec, NAMES)["TaskTemplate"]["ContainerSpec"]
    assert container["Privileges"]["CredentialSpec"] == {"Config": "shop_conf"}


def test_a_network_that_is_gone_keeps_its_id():
    spec = service_spec()
    spec["TaskTemplate"]["Networks"] = [{"Target": "removed"}]
    assert canonical_service(spec, NAMES)["TaskTemplate"]["Networks"] == [{"Target": "removed"}]


@pytest.mark.parametrize(
    ("mode", "canonical"),
    [
        ({}, {"Replicated": {"Replicas": 1}}),
        ({"Replicated": {}}, {"Replicated": {"Replicas": 1}}),
        ({"Replicated": {"Replicas": 0}}, {"Replicated": {"Replicas": 0}}),
        ({"Global": {}}, {"Global": {}}),
        ({"GlobalJob": {}}, {"GlobalJob": {}}),
        ({"ReplicatedJob": {}}, {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}),
        ({"ReplicatedJob": {"MaxConcurrent": 3}}, {"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 3}}),
    ],
)
def test_modes(mode, canonical):
    assert canonical_service({**service_spec(), "Mode": mode}, NAMES)["Mode"] == canonical


def test_the_input_is_left_as_it_is():
    spec = service_spec(Env=["B=2", "A=1"])
    before = copy.deepcopy(spec)
    canonical_service(spec, NAMES)
    assert spec == before


def test_a_networks_answer_equals_its_request():
    wanted = {"Driver": "overlay", "Labels": {"com.docker.stack.namespace": "shop"}}
    told, asked = canonical_network(network("shop_front")), canonical_network(wanted)
    assert {**told, "Subnets": []} == asked


def test_names_know_later_revisions():
    later = content("shop_key.2", **{"dockyard.swarm.revision-of": "shop_key"})
    names = names_of([network("shop_front")], [content("shop_conf")], [later])
    assert names.base == {"shop_key.2": "shop_key"}
    assert names.networks == {"id-of-shop_front": "shop_front"}
