"""What foreseeably fails is refused before anything is made; what is only like it is not.

Each fault stands beside its neighbour: the nearest text that an engine takes. Engines of 20.10 and 26.1 were asked.
"""

from __future__ import annotations

import copy
import textwrap
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.binds import on_nodes
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.drivers import secret_drivers
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.examine import examine, subject_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import (
    CHECKS,
    Preflight,
    levels_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import load

Json = dict[str, Any]
GIB = 2**30


def node(name: str, role: str = "worker", state: str = "ready", availability: str = "active", **labels: str) -> Json:
    return {
        "ID": f"id-{name}",
        "Spec": {"Role": role, "Availability": availability, "Labels": labels},
        "Status": {"State": state, "Addr": f"192.0.2.{len(name)}"},
        "Description": {
            "Hostname": name,
            "Platform": {"OS": "linux", "Architecture": "x86_64"},
            "Resources": {"NanoCPUs": 2 * 10**9, "MemoryBytes": 4 * GIB},
            "Engine": {
                "Labels": {"disk": "ssd"} if name == "m1" else {},
                "Plugins": [
                    {"Type": "Log", "Name": "json-file"},
                    {"Type": "Network", "Name": "overlay"},
                    {"Type": "Volume", "Name": "local"},
                    {"Type": "Volume", "Name": "rex/ray:latest"},
                ],
            },
        },
    }


NODES = [node("m1", "manager", zone="a"), node("w1", zone="a"), node("w2", zone="b")]


def running(name: str, stack: str | None = "other", mode: Json | None = None, ports: list[Json] | None = None) -> Json:
    labels = {"com.docker.stack.namespace": stack} if stack else {}
    spec = {
        "Name": name,
        "Labels": labels,
        "TaskTemplate": {"ContainerSpec": {}},
        "Mode": mode or {"Replicated": {"Replicas": 1}},
        "EndpointSpec": {"Ports": ports or []},
    }
    return {"ID": f"id-{name}", "Spec": spec}


def port(number: int, mode: str = "ingress", protocol: str = "tcp") -> Json:
    return {"PublishedPort": number, "TargetPort": 80, "PublishMode": mode, "Protocol": protocol}


@pytest.fixture
def told(tmp_path):
    """Run all checks on a file; (errors, warnings)."""

    def run(text, cluster=None, settings=None, stack="shop", contents=None, pin=None, **facts):
        file = tmp_path / "compose.yml"
        file.write_text(textwrap.dedent(text))
        (tmp_path / "some").write_text("text")
        project = load([str(file)], {"HOME": "/home/me"}, dialect="compose", contents=contents or {})
        config = project.config
        settings = settings or Preflight()
        if settings.bind_base:
            config = on_nodes(config, project.directory, settings.bind_base, project.relative_sources)
        desired = convert(config, stack, "1.45", project.config_data, project.secret_data)
        for spec in desired.services.values():
            if pin:
                spec["TaskTemplate"]["Placement"] = {**spec["TaskTemplate"]["Placement"], "Platforms": pin}
        settings = replace(settings, relative_sources=project.relative_sources, places=project.places)
        facts.setdefault("changing", frozenset(desired.services))
        facts.setdefault("api_version", "1.45")
        subject = subject_of(stack, settings, desired=desired, **facts)
        found = examine(subject, cluster or Cluster(nodes=NODES), settings)
        return found.errors, found.warnings

    return run


def service(body: str = "", name: str = "web", rest: str = "") -> str:
    """A file with one service."""
    inner = textwrap.indent(textwrap.dedent(body).strip(), " " * 4)
    return f"services:\n  {name}:\n    image: nginx\n{inner}\n{textwrap.dedent(rest)}"


# What is refused, what the sentence says, and the neighbour that is not.
LONG = "a" * 60
BY_FILE = [
    (
        service(name="app.0"),
        ['service app.0: the full name "shop_app.0" may only have', 'write "app-0"'],
        service(name="app-0"),
    ),
    (service(name="app-"), ['"shop_app-"', 'write "app"'], service(name="app")),
    (service(name=LONG), ["has 65 characters and may have 63"], service(name="a" * 58)),
    (
        "services: {Web: {image: nginx}, web: {image: nginx}}",
        ["one name to the swarm"],
        "services: {Web: {image: nginx}, web2: {image: nginx}}",
    ),
    (
        service("networks: [a.b]", rest="networks: {a.b: {}}"),
        ["network a.b", 'write "a-b"'],
        service("networks: [a_b]", rest="networks: {a_b: {}}"),
    ),
    (
        service("networks: [n]", rest=f"networks: {{n: {{name: {'n' * 64}}}}}"),
        ["network n: the name"],
        service("networks: [n]", rest=f"networks: {{n: {{name: {'n' * 63}}}}}"),
    ),
    (
        service(rest=f"configs: {{c: {{file: some, name: {'c' * 65}}}}}"),
        ["config c", "has 65 characters and may have 64"],
        service(rest=f"configs: {{c: {{file: some, name: {'c' * 64}}}}}"),
    ),
    (
        service(rest="secrets: {s: {file: some, name: a.b-}}"),
        ["secret s", "has to begin and end"],
        service(rest="secrets: {s: {file: some, name: a.b}}"),
    ),
    (
        service("volumes: [{type: volume, source: v, target: /a}]", rest="volumes: {v: {name: 'a b'}}"),
        ["service web: volumes[0]", '"a b"', 'write "a-b"'],
        service("volumes: [{type: volume, source: v, target: /a}]", rest="volumes: {v: {name: a.b}}"),
    ),
    (service(f"hostname: {'h' * 65}"), ["hostname: has 65"], service(f"hostname: {'h' * 64}")),
    (
        service(rest="configs: {c: {content: ''}}"),
        ["config c: its content is empty"],
        service(rest="configs: {c: {content: x}}"),
    ),
    (
        service(rest="configs: {c: {file: some, template_driver: jinja}}"),
        ["template_driver", "write golang"],
        service(rest="configs: {c: {file: some, template_driver: golang}}"),
    ),
    (
        service("networks: [n]", rest="networks: {n: {driver: bridge}}"),
        ["network n: driver", "write overlay"],
        service("networks: [n]", rest="networks: {n: {driver: overlay}}"),
    ),
    (service("deploy: {placement: {constraints: ['node.labels.x=y']}}"), ['write "node.labels.x == y"'], None),
    (service("deploy: {placement: {constraints: ['foo == bar']}}"), ['has no key "foo"'], None),
    (
        service("deploy: {placement: {constraints: ['node.label.zone == a']}}"),
        ['did you mean "node.labels.zone"?', "constraints[0]"],
        service("deploy: {placement: {constraints: ['node.labels.zone == a']}}"),
    ),
    (
        service("deploy: {placement: {constraints: [node.role == boss]}}"),
        ["manager or worker"],
        service("deploy: {placement: {constraints: [NODE.Role == Manager]}}"),
    ),
    (
        service("deploy: {placement: {constraints: [node.ip == 10.0.0.0/33]}}"),
        ["not an IP address or network"],
        service("deploy: {placement: {constraints: [node.ip == 192.0.2.0/24]}}"),
    ),
    (
        service("deploy: {placement: {constraints: ['node.labels.zone == a,b']}}"),
        ['the value "a,b" may only have'],
        None,
    ),
    (service("deploy: {placement: {constraints: ['node.labels.zone ==']}}"), ["the value after == is missing"], None),
    (
        service("deploy: {placement: {constraints: [node.labels.zone == a, node.labels.zone == b]}}"),
        ['cannot be "a" and "b" at once'],
        service("deploy: {placement: {constraints: [node.labels.zone == a, node.role == manager]}}"),
    ),
    (
        service("deploy: {placement: {constraints: [node.role == manager, node.role != manager]}}"),
        ["and not be it at once"],
        service("deploy: {placement: {constraints: [node.role == manager, node.role != worker]}}"),
    ),
    (
        service("ports: ['80:80']\ndeploy: {endpoint_mode: dnsrr}"),
        ["endpoint_mode: dnsrr"],
        service("ports: [{target: 80, published: 80, mode: host}]\ndeploy: {endpoint_mode: dnsrr}"),
    ),
    (
        service("ports: ['80:80', '80:81']"),
        ["port 80/tcp is published twice"],
        service("ports: ['80:80', '80:81/udp']"),
    ),
    (
        "services: {a: {image: nginx, ports: ['80:80']}, b: {image: nginx, ports: ['80:80']}}",
        ["service b: ports: port 80/tcp is already published by service a"],
        "services: {a: {image: nginx, ports: ['80:80']}, b: {image: nginx, ports: ['81:80', '80']}}",
    ),
    (
        "services: {a: {image: n, ports: ['80:80']}, b: {image: n, ports: [{target: 1, published: 80, mode: host}]}}",
        ["already published by service a"],
        "services: {a: {image: n, ports: ['80:80']}, b: {image: n, ports: [{target: 1, published: 81, mode: host}]}}",
    ),
    (
        service("volumes: [{type: tmpfs, target: /a}, {type: tmpfs, target: /a/}]"),
        ['volumes[1]: "/a" is already the target of volumes[0]'],
        service("volumes: [{type: tmpfs, target: /a}, {type: tmpfs, target: /a/b}]"),
    ),
    (
        service("volumes: [{type: tmpfs, target: a}]"),
        ['write "/a"'],
        service("volumes: [{type: tmpfs, target: /a}]"),
    ),
    (
        service("deploy: {resources: {limits: {cpus: '0.0001'}}}"),
        ["limits.cpus", "0.001"],
        service("deploy: {resources: {limits: {cpus: '0.001'}}}"),
    ),
    (
        service("deploy: {resources: {limits: {memory: 5M}}}"),
        ["limits.memory", "write 6M or more"],
        service("deploy: {resources: {limits: {memory: 6M}}}"),
    ),
    (
        service("deploy: {resources: {reservations: {memory: 3M}}}"),
        ["reservations.memory", "write 4M or more"],
        service("deploy: {resources: {reservations: {memory: 4M}}}"),
    ),
    (
        service("deploy: {resources: {limits: {memory: 64M}, reservations: {memory: 65M}}}"),
        ["more than the limit"],
        service("deploy: {resources: {limits: {memory: 64M}, reservations: {memory: 64M}}}"),
    ),
    (
        service("environment: {A: '{{.Node.Name}}'}"),
        ["environment.A", ".Node.Hostname"],
        service("environment: {A: '{{.Node.Hostname}}'}"),
    ),
    (service("hostname: '{{.Task.Slot'"), ["has no end"], service("hostname: 'w{{ .Task.Slot }}'")),
    (
        service("environment: {A: '{{.Service.Label.x}}'}"),
        ["environment.A"],
        service("environment: {A: '{{.Service.Labels.x}}'}"),
    ),
    (
        "services: {web: {image: Nginx/Web}}",
        ['"Nginx/Web" is no image reference; write "nginx/web"'],
        "services: {web: {image: 'registry:5000/a__b/web:1.2-x'}}",
    ),
    (
        "services: {web: {image: 'nginx:a b'}}",
        ["no image reference"],
        f"services: {{web: {{image: 'nginx:1@sha256:{'a' * 64}'}}}}",
    ),
    (
        service("deploy: {mode: replicated-job, update_config: {parallelism: 1}}"),
        ["has no place in mode replicated-job"],
        service("deploy: {mode: replicated-job, rollback_config: {parallelism: 1}}"),
    ),
    (
        service("deploy: {update_config: {max_failure_ratio: 1.5}}"),
        ["between 0 and 1"],
        service("deploy: {update_config: {max_failure_ratio: 0.5}}"),
    ),
    (
        service("healthcheck: {test: 'true', interval: 10us}"),
        ["healthcheck.interval: is less than 1ms"],
        service("healthcheck: {test: 'true', interval: 1ms}"),
    ),
    (
        service("volumes: ['./conf:/etc/conf']"),
        ['"./conf" lies beside the file on the controller', "bind_base"],
        service("volumes: ['/conf:/etc/conf']"),
    ),
]


@pytest.mark.parametrize(("refused", "words", "accepted"), BY_FILE)
def test_what_the_file_alone_shows(told, refused, words, accepted):
    errors, warnings = told(refused)
    assert len(errors) == 1, errors
    assert all(word in errors[0] for word in words), errors[0]
    assert "compose.yml:" in errors[0]
    assert warnings == []
    if accepted:
        assert told(accepted) == ([], [])
    assert told(refused, settings=Preflight(level="skip")) == ([], [])
    assert told(refused, settings=Preflight(level="warn")) == ([], errors)


SUBNETS = [
    ("{subnet: 10.9.0.1/24}", ['"10.9.0.1/24" is the address of a host; the network it is in is "10.9.0.0/24"']),
    ("{subnet: 10.0.0.300/24}", ['"10.0.0.300/24" is no subnet']),
    ("{subnet: 10.9.0.0}", ['write "10.9.0.0/24"']),
    ("{gateway: 10.9.0.1}", ["subnet: is missing"]),
    ("{subnet: 10.9.0.0/24, gateway: 10.8.0.1}", ["gateway", "not within the subnet 10.9.0.0/24"]),
    ("{subnet: 10.9.0.0/24, ip_range: 10.9.1.0/25}", ["ip_range", "not within"]),
    ("{subnet: 10.9.0.0/24, aux_addresses: {a: 10.8.0.1}}", ["aux_addresses.a", "not within"]),
    ("{subnet: 10.9.0.0/24}, {subnet: 10.9.0.0/24}", ["config[1]", "is also the subnet of the same network"]),
    ("{subnet: 10.9.0.0/16}, {subnet: 10.9.1.0/24}", ["overlaps with the subnet 10.9.0.0/16"]),
]


@pytest.mark.parametrize(("pools", "words"), SUBNETS)
def test_subnets(told, pools, words):
    text = service("networks: [n]", rest=f"networks: {{n: {{ipam: {{config: [{pools}]}}}}}}")
    errors, _warnings = told(text)
    assert len(errors) == 1, errors
    assert all(word in errors[0] for word in ["network n: ipam.config[", *words]), errors[0]
    # What is there already stays as it is: older engines took some of it.
    assert told(text, existing_networks=frozenset({"shop_n"}))[0] == []


@pytest.mark.parametrize(
    "pools",
    [
        "{subnet: 10.9.0.0/24, gateway: 10.9.0.254, ip_range: 10.9.0.128/25, aux_addresses: {a: 10.9.0.9}}",
        "{subnet: 10.9.0.0/24}, {subnet: 10.9.1.0/24}",
        "{subnet: 'fd00::/64'}, {subnet: 10.9.1.0/24}",
    ],
)
def test_subnets_that_are_well(told, pools):
    assert told(service("networks: [n]", rest=f"networks: {{n: {{ipam: {{config: [{pools}]}}}}}}")) == ([], [])


def test_two_networks_of_the_file_overlap(told):
    text = service(
        "networks: [a, b]",
        rest="""
        networks:
          a: {ipam: {config: [{subnet: 10.9.0.0/24}]}}
          b: {ipam: {config: [{subnet: 10.9.0.128/25}]}}
        """,
    )
    (error,) = told(text)[0]
    assert "network b: ipam.config[0].subnet: 10.9.0.128/25 overlaps with the subnet 10.9.0.0/24 of network a" in error


def existing(name: str, subnet: str, scope: str = "swarm", **more: Any) -> Json:
    return {"Name": name, "Id": f"id-{name}", "Scope": scope, "IPAM": {"Config": [{"Subnet": subnet}]}, **more}


def test_networks_of_the_cluster(told):
    text = service("networks: [n]", rest="networks: {n: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}")
    ingress = existing("ingress", "10.0.0.0/24", Ingress=True)
    (error,) = told(text, Cluster(NODES, [], [ingress]))[0]
    assert "is also the subnet of network ingress, which exists" in error
    assert told(text, Cluster(NODES, [], [existing("ingress", "10.0.1.0/24")])) == ([], [])
    # An engine's own network only may be in the way.
    errors, (warning,) = told(text, Cluster(NODES, [], [existing("docker_gwbridge", "10.0.0.0/16", "local")]))
    assert errors == []
    assert "docker_gwbridge" in warning
    # Its own is what it is.
    assert told(text, Cluster(NODES, [], [existing("shop_n", "10.0.0.0/24")]))[0] == []


def test_a_leftover_network_of_another_scope(told):
    text = service("networks: [n]", rest="networks: {n: {}}")
    cluster = Cluster(NODES, [], [existing("shop_n", "172.18.0.0/16", "local")])
    (error,) = told(text, cluster)[0]
    assert "left over on the manager with the scope local" in error
    assert "docker network rm" in error
    # 20.10 makes the other one beside it.
    errors, warnings = told(text, cluster, api_version="1.41")
    assert (errors, len(warnings)) == ([], 1)


def test_the_ingress_network_takes_no_services(told):
    text = service("networks: [ingress]", rest="networks: {ingress: {external: true}}")
    cluster = Cluster(NODES, [], [existing("ingress", "10.0.0.0/24", Ingress=True)])
    (error,) = told(text, cluster)[0]
    assert "network of published ports" in error


@pytest.mark.parametrize(
    ("prefix", "replicas", "fits"), [(29, 2, True), (29, 3, False), (30, 1, False), (28, 8, True), (28, 10, False)]
)
def test_addresses(told, prefix, replicas, fits):
    # 3 nodes: a /29 has 5 for replicas, one a node, one for the service.
    text = service(
        f"networks: [n]\ndeploy: {{replicas: {replicas}}}",
        rest=f"networks: {{n: {{ipam: {{config: [{{subnet: 10.9.0.0/{prefix}}}]}}}}}}",
    )
    errors, _warnings = told(text)
    assert (errors == []) is fits
    assert fits or "addresses for tasks" in errors[0]


def test_addresses_count_other_stacks_on_the_network(told):
    text = service("networks: [n]", rest="networks: {n: {external: true, name: shared}}")
    net = existing("shared", "10.9.0.0/28")
    other = running("big", mode={"Replicated": {"Replicas": 8}})
    other["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "id-shared"}]
    assert told(text, Cluster(NODES, [], [net])) == ([], [])
    (error,) = told(text, Cluster(NODES, [other], [net]))[0]
    assert "14 are needed: 9 for tasks, 2 for services and 3 for nodes" in error


# -- placement -----------------------------------------------------------------------------------

NOWHERE = "deploy: {placement: {constraints: [node.labels.zone == z]}}"


def test_no_node_satisfies_the_constraints(told):
    (error,) = told(service(NOWHERE))[0]
    assert 'no node satisfies "node.labels.zone == z" (the label zone is a or b)' in error
    # Nobody waits for it: nodes can come.
    errors, warnings = told(service(NOWHERE), settings=Preflight(waits=False))
    assert (errors, len(warnings)) == ([], 1)
    assert told(service("deploy: {replicas: 0, placement: {constraints: [node.labels.zone == z]}}")) == ([], [])
    (error,) = told(service("deploy: {placement: {constraints: [node.labels.rack == 1]}}"))[0]
    assert "no node has the label rack; there are zone" in error
    (error,) = told(service("deploy: {placement: {constraints: [node.role == manager, node.labels.zone == b]}}"))[0]
    assert "no node satisfies all of them" in error
    assert told(service("deploy: {placement: {constraints: [engine.labels.disk == SSD]}}")) == ([], [])


def test_a_global_service_without_a_node(told):
    text = service("deploy: {mode: global, placement: {constraints: [node.labels.zone == z]}}")
    for waits in (True, False):
        (error,) = told(text, settings=Preflight(waits=waits))[0]
        assert "allow_empty: true" in error
    assert told(text, settings=Preflight(allow_empty=True)) == ([], [])
    assert told(service("deploy: {mode: global, placement: {constraints: [node.labels.zone == a]}}")) == ([], [])


@pytest.mark.parametrize("away", [{"state": "down"}, {"availability": "drain"}, {"availability": "pause"}])
def test_the_only_nodes_take_no_tasks(told, away):
    nodes = [node("m1", "manager"), node("w1", zone="z", **away)]
    errors, (warning,) = told(service(NOWHERE), Cluster(nodes))
    assert errors == []
    assert f"w1 ({next(iter(away.values()))})" in warning
    text = service("deploy: {mode: global, placement: {constraints: [node.labels.zone == z]}}")
    assert len(told(text, Cluster(nodes))[0]) == 1


@pytest.mark.parametrize(("replicas", "most", "fits"), [(3, 1, True), (4, 1, False), (6, 2, True), (7, 2, False)])
def test_max_replicas(told, replicas, most, fits):
    text = service(f"deploy: {{replicas: {replicas}, placement: {{max_replicas_per_node: {most}}}}}")
    errors, _warnings = told(text)
    assert (errors == []) is fits
    assert fits or "max_replicas_per_node" in errors[0]


def test_max_replicas_while_a_node_is_drained(told):
    text = service("deploy: {replicas: 3, placement: {max_replicas_per_node: 1}}")
    errors, warnings = told(text, Cluster([*NODES[:2], node("w2", availability="drain")]))
    assert (errors, len(warnings)) == ([], 1)


def test_start_first_with_every_node_full(told):
    text = "deploy: {{replicas: {}, update_config: {{order: {}}}, placement: {{max_replicas_per_node: 1}}}}"

    def running(count):
        return Cluster(NODES, [{"Spec": {"Name": "shop_web", "Mode": {"Replicated": {"Replicas": count}}}}])

    (error,) = told(service(text.format(3, "start-first")), running(3))[0]
    assert "write order: stop-first" in error
    # Starting what is not there yet works; only the next update cannot begin.
    for cluster in (None, running(2)):
        errors, (warning,) = told(service(text.format(3, "start-first")), cluster)
        assert errors == []
        assert "write order: stop-first" in warning
    assert told(service(text.format(2, "start-first"))) == ([], [])
    assert told(service(text.format(3, "stop-first"))) == ([], [])


def test_reservations(told):
    (error,) = told(service("deploy: {resources: {reservations: {memory: 5G}}}"))[0]
    assert "m1 has 4096 of 5120 MiB of memory" in error
    (error,) = told(service("deploy: {resources: {reservations: {cpus: '3'}}}"))[0]
    assert "2 of 3 CPUs" in error
    gpu = "deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}}"
    assert "0 of 1 gpu" in told(service(gpu))[0][0]
    rich = node("w3")
    rich["Description"]["Resources"]["GenericResources"] = [{"NamedResourceSpec": {"Kind": "gpu", "Value": "u1"}}]
    assert told(service(gpu), Cluster([*NODES, rich])) == ([], [])
    assert told(service("deploy: {resources: {reservations: {memory: 4G, cpus: '2'}}}")) == ([], [])


def test_platforms(told):
    arm = [{"OS": "linux", "Architecture": "arm64"}]
    (error,) = told(service(), pin=arm)[0]
    assert "service web: image: the image is built for linux/arm64, and the nodes are linux/amd64" in error
    assert told(service(), pin=[*arm, {"OS": "linux", "Architecture": "amd64"}]) == ([], [])
    board = node("w9")
    board["Description"]["Platform"]["Architecture"] = "aarch64"
    assert told(service(), Cluster([*NODES, board]), pin=arm) == ([], [])


def test_no_single_reason_but_no_node(told):
    board = node("w9", zone="z")
    board["Description"]["Platform"]["Architecture"] = "aarch64"
    board["Description"]["Resources"]["MemoryBytes"] = 8 * GIB
    text = service("deploy: {resources: {reservations: {memory: 5G}}}")
    (error,) = told(text, Cluster([*NODES, board]), pin=[{"OS": "linux", "Architecture": "amd64"}])[0]
    assert "no node can run it" in error
    assert "w9: is linux/arm64" in error


def test_drivers(told):
    (error,) = told(service("logging: {driver: loki}"))[0]
    assert "log driver loki" in error
    assert told(service("logging: {driver: json-file}")) == ([], [])
    assert told(service("logging: {driver: none}")) == ([], [])
    volume = "volumes: [{{type: volume, source: v, target: /a}}]"
    text = service(volume.format(), rest="volumes: {v: {driver: nfs}}")
    assert "volume driver nfs" in told(text)[0][0]
    assert told(service(volume.format(), rest="volumes: {v: {driver: rex/ray}}")) == ([], [])
    assert told(service(volume.format(), rest="volumes: {v: {driver: local}}")) == ([], [])
    text = service("networks: [n]", rest="networks: {n: {driver: weave}}")
    assert "network driver weave" in told(text)[0][0]


def test_a_volume_of_one_letter_is_taken_for_a_drive(told):
    text = service("volumes: ['v:/data']", rest="volumes: {v: }")
    (error,) = told(text)[0]
    assert '"v:/data" is taken for a path on a drive of Windows' in error
    assert "write {type: volume, source: v, target: /data}" in error
    assert told(service("volumes: [{type: volume, source: v, target: /data}]", rest="volumes: {v: }")) == ([], [])
    windows = copy.deepcopy(NODES)
    windows[0]["Description"]["Platform"]["OS"] = "windows"
    assert told(text, Cluster(nodes=windows))[0] == []


def test_secret_drivers(told):
    text = service(rest="secrets: {s: {driver: vault}}")
    assert told(text) == ([], [])  # nobody has asked
    (error,) = told(text, Cluster(NODES, secret_drivers=frozenset({"other"})))[0]
    assert 'secret s: driver: the manager has no plugin "vault"' in error
    there = [
        {"Name": "vault:latest", "Enabled": True, "Config": {"Interface": {"Types": ["docker.secretprovider/1.0"]}}}
    ]
    assert told(text, Cluster(NODES, secret_drivers=secret_drivers(there))) == ([], [])
    off = [{**there[0], "Enabled": False}]
    assert len(told(text, Cluster(NODES, secret_drivers=secret_drivers(off)))[0]) == 1


# -- ports ---------------------------------------------------------------------------------------


def test_ports_of_other_stacks(told):
    text = service("ports: ['80:80']")
    (error,) = told(text, Cluster(NODES, [running("other_web", ports=[port(80)])]))[0]
    assert "already published by service other_web of stack other" in error
    (error,) = told(text, Cluster(NODES, [running("lone", None, ports=[port(80, "host")])]))[0]
    assert "already published by service lone;" in error
    assert told(text, Cluster(NODES, [running("other_web", ports=[port(80, protocol="udp")])])) == ([], [])
    # A port the swarm chose counts as well.
    chosen = running("other_web")
    chosen["Endpoint"] = {"Ports": [port(30000)]}
    assert len(told(service("ports: ['30000:80']"), Cluster(NODES, [chosen]))[0]) == 1
    # Its own service is no other.
    assert told(text, Cluster(NODES, [running("shop_web", "shop", ports=[port(80)])])) == ([], [])
    # What is left of the stack is.
    assert len(told(text, Cluster(NODES, [running("shop_old", "shop", ports=[port(80)])]))[0]) == 1


def test_a_port_that_moves_within_the_stack(told):
    text = "services: {a: {image: n, ports: ['81:80']}, b: {image: n, ports: ['80:80']}}"
    errors, (warning,) = told(text, Cluster(NODES, [running("shop_a", "shop", ports=[port(80)])]))
    assert errors == []
    assert "service b: ports: port 80/tcp still belongs to service a" in warning


HOST_PORT = "ports: [{{target: 80, published: 80, mode: host}}]\ndeploy: {{{}}}"


def test_host_ports(told):
    assert told(service(HOST_PORT.format("replicas: 3"))) == ([], [])
    (error,) = told(service(HOST_PORT.format("replicas: 4")))[0]
    assert "4 tasks do not fit on 3 nodes" in error
    busy = running("other_lb", mode={"Replicated": {"Replicas": 1}}, ports=[port(80, "host")])
    assert told(service(HOST_PORT.format("replicas: 2")), Cluster(NODES, [busy])) == ([], [])
    (error,) = told(service(HOST_PORT.format("replicas: 3")), Cluster(NODES, [busy]))[0]
    assert "beside service other_lb of stack other" in error
    (error,) = told(service(HOST_PORT.format("mode: global")), Cluster(NODES, [busy]))[0]
    assert "host port 80/tcp" in error
    apart = running("other_lb", mode={"Global": {}}, ports=[port(80, "host")])
    apart["Spec"]["TaskTemplate"]["Placement"] = {"Constraints": ["node.role == manager"]}
    workers = HOST_PORT.format("mode: global, placement: {constraints: [node.role == worker]}")
    assert told(service(workers), Cluster(NODES, [apart])) == ([], [])


def test_two_services_of_the_file_on_a_host_port(told):
    one = "{{image: n, ports: [{{target: 1, published: 80, mode: host}}], deploy: {{{}}}}}"
    text = "services: {{a: {}, b: {}}}"
    assert told(text.format(one.format("replicas: 2"), one.format("replicas: 1"))) == ([], [])
    (error,) = told(text.format(one.format("replicas: 2"), one.format("replicas: 2")))[0]
    assert "service b" in error
    assert "beside service a" in error


def test_start_first_with_host_ports(told):
    order = "update_config: {order: start-first}"
    (error,) = told(service(HOST_PORT.format(f"mode: global, {order}")))[0]
    assert "write order: stop-first" in error
    (error,) = told(service(HOST_PORT.format(f"replicas: 3, {order}")))[0]
    assert "write order: stop-first" in error
    assert told(service(HOST_PORT.format(f"replicas: 2, {order}"))) == ([], [])
    assert told(service(HOST_PORT.format("mode: global, update_config: {order: stop-first}"))) == ([], [])


def test_ports_without_ipvs(told):
    cluster = Cluster(NODES, routing_mesh=False)
    errors, (warning,) = told(service("ports: ['80:80']"), cluster)
    assert errors == []
    assert "no IPVS" in warning
    assert told(service(HOST_PORT.format("replicas: 1")), cluster) == ([], [])
    assert told(service("ports: ['80:80']"), cluster, changing=frozenset()) == ([], [])
    for known in (True, None):
        assert told(service("ports: ['80:80']"), Cluster(NODES, routing_mesh=known)) == ([], [])


# -- changes, contents, binds, credentials -------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Replicated": {"Replicas": 1}}, "global"),
        ({"Global": {}}, "replicated"),
        ({"Replicated": {"Replicas": 1}}, "replicated-job"),
        ({"ReplicatedJob": {}}, "replicated"),
        ({"GlobalJob": {}}, "replicated-job"),
    ],
)
def test_modes_do_not_change(told, before, after):
    cluster = Cluster(NODES, [running("shop_web", "shop", before)])
    (error,) = told(service(f"deploy: {{mode: {after}}}"), cluster)[0]
    assert f"cannot become {after}" in error
    assert "recreate_services: true" in error
    assert told(service(f"deploy: {{mode: {after}}}"), cluster, settings=Preflight(recreate_services=True)) == ([], [])
    same = {"Replicated": {"Replicas": 7}}
    assert told(service("deploy: {replicas: 1}"), Cluster(NODES, [running("shop_web", "shop", same)])) == ([], [])


@pytest.mark.parametrize(
    ("section", "size", "version", "fits"),
    [
        ("configs", 1_023_999, "1.45", True),
        ("configs", 1_024_000, "1.45", False),
        ("configs", 1_023_999, "1.41", True),
        ("configs", 511_999, "1.40", True),
        ("configs", 512_000, "1.40", False),
        ("secrets", 511_999, "1.45", True),
        ("secrets", 512_000, "1.45", False),
        ("secrets", 0, "1.45", False),
    ],
)
def test_sizes(told, section, size, version, fits):
    text = service(rest=f"{section}: {{c: {{file: some}}}}")
    errors, _warnings = told(text, contents={(section, "c"): b"x" * size}, api_version=version)
    assert (errors == []) is fits
    assert fits or f"{section[:-1]} c: its content" in errors[0]


def test_binds_of_other_relative_paths_are_told(told):
    for written in ("../conf", "~/conf"):
        errors, (warning,) = told(service(f"volumes: ['{written}:/etc/conf']"))
        assert errors == []
        assert "write the path on the nodes" in warning


def test_a_share_is_no_relative_path(told):
    text = service("volumes: [{type: bind, source: '\\\\.\\pipe\\docker', target: /x}]")
    assert "\\\\.\\pipe" in text
    assert told(text) == ([], [])


def test_a_node_nobody_has_heard_of_yet_is_not_away(told):
    nodes = [node("m1", "manager", state="unknown", zone="z")]
    text = service("deploy: {mode: global, placement: {constraints: [node.labels.zone == z]}}")
    assert told(text, Cluster(nodes)) == ([], [])


def test_bind_base(told):
    settings = Preflight(bind_base="/srv/shop")
    assert told(service("volumes: ['./conf:/etc/conf', '../x:/x']"), settings=settings) == ([], [])
    config = {
        "services": {"a": {"volumes": [{"type": "bind", "source": source, "target": "/x"} for source in SOURCES]}}
    }
    moved = on_nodes(config, "/home/me/shop", "/srv/shop", SOURCES)
    assert [item["source"] for item in moved["services"]["a"]["volumes"]] == [
        "/srv/shop/conf",
        "/srv/x",
        "/home/me/y",
        "/etc",
    ]


SOURCES = {"/home/me/shop/conf": "./conf", "/home/me/x": "../x", "/home/me/y": "~/y", "/etc": None}


def test_registries_without_credentials(told):
    text = "services: {web: {image: 'registry.example.com/web:1'}}"
    cluster = Cluster(NODES, given_credentials=lambda _image: False)
    errors, (warning,) = told(text, cluster, settings=Preflight(resolve_image="never"))
    assert errors == []
    assert "no credentials for the registry registry.example.com" in warning
    # The registry has answered already.
    assert told(text, cluster) == ([], [])
    assert told(service(), cluster, settings=Preflight(resolve_image="never")) == ([], [])
    known = Cluster(NODES, given_credentials=lambda _image: True)
    assert told(text, known, settings=Preflight(resolve_image="never")) == ([], [])


def test_aliases_nobody_can_ask_for(told):
    text = service("networks: {n: {aliases: ['a b']}}", rest="networks: {n: {}}")
    errors, (warning,) = told(text)
    assert errors == []
    assert "service web: networks.n.aliases" in warning
    assert told(service("networks: {n: {aliases: [a.b, a_b]}}", rest="networks: {n: {}}")) == ([], [])


# -- levels --------------------------------------------------------------------------------------


def test_levels_of_single_checks(told):
    text = service("deploy: {placement: {constraints: ['foo == bar']}}\nvolumes: [{type: tmpfs, target: a}]")
    errors, warnings = told(text, settings=Preflight(levels={"placement": "warn"}))
    assert (len(errors), len(warnings)) == (1, 1)
    errors, warnings = told(text, settings=Preflight(level="skip", levels={"mounts": "error"}))
    assert (len(errors), len(warnings)) == (1, 0)


def test_the_option():
    assert levels_of("warn") == ("warn", {})
    assert levels_of({"images": "skip", "all": "warn"}) == ("warn", {"images": "skip"})
    assert levels_of({"images": "skip"}) == ("error", {"images": "skip"})
    for option, words in (
        ("maybe", 'not "maybe"'),
        ({"image": "skip"}, 'did you mean "images"?'),
        ({"xyz": "skip"}, "there are addresses"),
        ({"images": True}, "preflight.images"),
        ([], "a mapping"),
    ):
        with pytest.raises(UserError, match=words.replace("?", r"\?")):
            levels_of(option)


def test_every_check_has_a_name():
    from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight import examine as module

    assert sorted({*module._BY_FILES, *module._BY_CLUSTER}) == sorted(CHECKS)
