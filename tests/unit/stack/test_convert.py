"""A project becomes the specs that `docker stack deploy` would send."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError, Desired, convert
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.service import effective_capabilities

Json = dict[str, Any]
STACK_LABEL = {"com.docker.stack.namespace": "shop"}


def converted(service: Json, api_version: str = "1.45", newer_fields: str = "error", **sections: Json) -> Desired:
    config = {"services": {"web": {"image": "x", **service}}, **sections}
    return convert(config, "shop", api_version, {}, {}, newer_fields)


def spec(service: Json, **sections: Json) -> Json:
    return converted(service, **sections).services["shop_web"]


def container(service: Json, **sections: Json) -> Json:
    return spec(service, **sections)["TaskTemplate"]["ContainerSpec"]


def problems(service: Json, **sections: Any) -> list[str]:
    with pytest.raises(ConvertError) as fault:
        converted(service, **sections)
    return [text for _path, text in fault.value.problems]


def test_the_least_service() -> None:
    assert converted({}).services == {
        "shop_web": {
            "Name": "shop_web",
            "Labels": {**STACK_LABEL, "com.docker.stack.image": "x"},
            "TaskTemplate": {
                "ContainerSpec": {"Image": "x", "Labels": STACK_LABEL, "Privileges": {}},
                "Resources": {},
                "Placement": {},
                "Networks": [{"Target": "shop_default", "Aliases": ["web"]}],
            },
            "Mode": {"Replicated": {"Replicas": 1}},
            "EndpointSpec": {},
        }
    }


def test_what_a_container_is() -> None:
    assert container(
        {
            "entrypoint": ["/init"],
            "command": ["run", "it"],
            "hostname": "h",
            "user": "1:1",
            "working_dir": "/w",
            "stop_signal": "SIGINT",
            "stop_grace_period": 0,
            "tty": True,
            "stdin_open": True,
            "read_only": True,
            "init": False,
            "isolation": "default",
            "labels": {"a": "b"},
            "environment": {"B": "2", "A": None, "C": ""},
            "extra_hosts": ["b:10.0.0.2", "a:2001:db8::1"],
            "dns": ["10.0.0.53"],
            "dns_search": ["example.org"],
            "sysctls": {"k": "v"},
            "ulimits": {"nproc": {"soft": 1, "hard": 2}, "core": {"soft": 0, "hard": 0}},
        }
    ) == {
        "Image": "x",
        "Labels": {**STACK_LABEL, "a": "b"},
        "Command": ["/init"],
        "Args": ["run", "it"],
        "Hostname": "h",
        "User": "1:1",
        "Dir": "/w",
        "StopSignal": "SIGINT",
        "StopGracePeriod": 0,
        "TTY": True,
        "OpenStdin": True,
        "ReadOnly": True,
        "Init": False,
        "Isolation": "default",
        "Env": ["A", "B=2", "C="],
        "Hosts": ["10.0.0.2 b", "2001:db8::1 a"],
        "DNSConfig": {"Nameservers": ["10.0.0.53"], "Search": ["example.org"]},
        "Sysctls": {"k": "v"},
        "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0}, {"Name": "nproc", "Soft": 1, "Hard": 2}],
        "Privileges": {},
    }


@pytest.mark.parametrize(
    ("add", "drop", "result"),
    [
        (["net_admin", "CAP_SYS_TIME"], [], (["CAP_NET_ADMIN", "CAP_SYS_TIME"], [])),
        (["SYS_TIME"], ["sys_time", "CHOWN"], (["CAP_SYS_TIME"], ["CAP_CHOWN"])),
        (["all", "CHOWN"], ["CHOWN"], (["ALL"], ["CAP_CHOWN"])),
        (["CHOWN"], ["ALL", "KILL"], (["CAP_CHOWN"], ["ALL"])),
        (["ALL"], ["ALL"], (["ALL"], [])),
        (["KILL", "kill"], [], (["CAP_KILL"], [])),
    ],
)
def test_capabilities(add: list[str], drop: list[str], result: tuple[list[str], list[str]]) -> None:
    assert effective_capabilities(add, drop) == result


@pytest.mark.parametrize(
    ("check", "result"),
    [
        ({}, {}),
        ({"disable": True, "interval": 5}, {"Test": ["NONE"]}),
        ({"test": ["CMD", "x"], "interval": 5, "retries": 0}, {"Test": ["CMD", "x"], "Interval": 5}),
        ({"start_period": 1, "start_interval": 2, "timeout": 3}, {"StartPeriod": 1, "StartInterval": 2, "Timeout": 3}),
    ],
)
def test_healthchecks(check: Json, result: Json) -> None:
    assert container({"healthcheck": check})["Healthcheck"] == result


@pytest.mark.parametrize(
    ("deploy", "mode"),
    [
        ({}, {"Replicated": {"Replicas": 1}}),
        ({"replicas": 0}, {"Replicated": {"Replicas": 0}}),
        ({"mode": "global"}, {"Global": {}}),
        ({"mode": "global-job"}, {"GlobalJob": {}}),
        ({"mode": "replicated-job", "replicas": 3}, {"ReplicatedJob": {"MaxConcurrent": 3, "TotalCompletions": 3}}),
        ({"mode": "replicated-job"}, {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}),
    ],
)
def test_modes(deploy: Json, mode: Json) -> None:
    assert spec({"deploy": deploy})["Mode"] == mode


def test_update_and_rollback() -> None:
    full = {"parallelism": 0, "delay": 5, "monitor": 6, "failure_action": "pause", "max_failure_ratio": 0.5}
    result = spec({"deploy": {"update_config": {}, "rollback_config": {**full, "order": "start-first"}}})
    assert result["UpdateConfig"] == {"Parallelism": 1, "MaxFailureRatio": 0}
    assert result["RollbackConfig"] == {
        "Parallelism": 0,
        "MaxFailureRatio": 0.5,
        "Delay": 5,
        "Monitor": 6,
        "FailureAction": "pause",
        "Order": "start-first",
    }
    assert "UpdateConfig" not in spec({})


@pytest.mark.parametrize(
    ("service", "policy"),
    [
        ({}, None),
        ({"restart": "no"}, None),
        ({"restart": "always"}, {"Condition": "any"}),
        ({"restart": "unless-stopped"}, {"Condition": "any"}),
        ({"restart": "on-failure:3"}, {"Condition": "on-failure", "MaxAttempts": 3}),
        ({"restart": "on-failure:0"}, {"Condition": "on-failure"}),
        ({"restart": "always:3"}, {"Condition": "any"}),
        ({"restart": "always", "deploy": {"restart_policy": {}}}, {}),
        (
            {"deploy": {"restart_policy": {"condition": "none", "delay": 0, "max_attempts": 0, "window": 9}}},
            {"Condition": "none", "Delay": 0, "MaxAttempts": 0, "Window": 9},
        ),
    ],
)
def test_restart_policies(service: Json, policy: Json | None) -> None:
    assert spec(service)["TaskTemplate"].get("RestartPolicy") == policy


def test_resources() -> None:
    generic = [{"discrete_resource_spec": {"kind": "GPU", "value": 2}}]
    resources = {
        "limits": {"cpus": "0.5", "memory": 64, "pids": 5},
        "reservations": {"cpus": "1/8", "generic_resources": generic},
    }
    assert spec({"deploy": {"resources": resources}})["TaskTemplate"]["Resources"] == {
        "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 64, "Pids": 5},
        "Reservations": {
            "NanoCPUs": 125_000_000,
            "GenericResources": [{"DiscreteResourceSpec": {"Kind": "GPU", "Value": 2}}],
        },
    }


def test_placement_and_endpoint() -> None:
    placement = {"constraints": ["a==b"], "preferences": [{"spread": "node.labels.r"}], "max_replicas_per_node": 2}
    ports = [{"target": 81, "published": 9}, {"target": 80, "published": 8, "mode": "host", "protocol": "udp"}]
    result = spec({"ports": ports, "deploy": {"placement": placement, "endpoint_mode": "DNSRR"}})
    assert result["TaskTemplate"]["Placement"] == {
        "Constraints": ["a==b"],
        "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.r"}}],
        "MaxReplicas": 2,
    }
    assert result["EndpointSpec"] == {
        "Mode": "dnsrr",
        "Ports": [
            {"Protocol": "udp", "TargetPort": 80, "PublishedPort": 8, "PublishMode": "host"},
            {"TargetPort": 81, "PublishedPort": 9},
        ],
    }


def test_ports_published_as_one_number_keep_their_order_as_the_cli_sends_them() -> None:
    ports = [
        {"target": 22, "published": 53, "protocol": "tcp", "mode": "ingress"},
        {"target": 21, "published": 53, "protocol": "udp", "mode": "ingress"},
        {"target": 80, "protocol": "tcp", "mode": "ingress"},
        {"target": 40, "protocol": "tcp", "mode": "ingress"},
    ]
    assert [port["TargetPort"] for port in spec({"ports": ports})["EndpointSpec"]["Ports"]] == [80, 40, 22, 21]


def test_networks_of_services_and_what_is_created() -> None:
    networks = {
        "front": {"driver_opts": {"encrypted": ""}, "labels": {"a": "b"}, "attachable": True},
        "named": {"name": "aaa", "internal": True, "ipam": {"config": [{"subnet": "10.0.0.0/24"}]}},
        "host": {"external": True, "name": "host"},
        "unused": {},
    }
    service = {"networks": {"named": None, "front": {"aliases": ["www"], "ipv4_address": "10.0.0.9"}, "host": {}}}
    desired = converted(service, networks=networks)
    assert desired.services["shop_web"]["TaskTemplate"]["Networks"] == [
        {"Target": "aaa", "Aliases": ["web"]},
        {"Target": "host"},
        {"Target": "shop_front", "Aliases": ["www", "web"]},
    ]
    assert desired.networks == {
        "aaa": {
            "Driver": "overlay",
            "Labels": STACK_LABEL,
            "Internal": True,
            "IPAM": {"Config": [{"Subnet": "10.0.0.0/24"}]},
        },
        "shop_front": {
            "Driver": "overlay",
            "Labels": {**STACK_LABEL, "a": "b"},
            "Options": {"encrypted": ""},
            "Attachable": True,
        },
    }
    assert desired.external_networks == {"host"}


def test_configs_and_secrets() -> None:
    service = {
        "configs": [{"source": "zeta"}, {"source": "alpha", "target": "/a", "mode": 0, "uid": "1", "gid": "2"}],
        "secrets": [{"source": "token"}, {"source": "outside"}],
    }
    config = {"services": {"web": {"image": "x", **service}}}
    config["configs"] = {"zeta": {"file": "f"}, "alpha": {"file": "g", "name": "a", "template_driver": "golang"}}
    config["secrets"] = {
        "token": {"file": "t", "labels": {"k": "v"}},
        "outside": {"external": True, "name": "o"},
        "driven": {"driver": "vault", "driver_opts": {"p": "q"}},
    }
    desired = convert(config, "shop", "1.45", {"zeta": b"z", "alpha": b"a"}, {"token": b"hunter2"})
    task = desired.services["shop_web"]["TaskTemplate"]["ContainerSpec"]
    assert task["Configs"] == [
        {"File": {"Name": "/a", "UID": "1", "GID": "2", "Mode": 0}, "ConfigName": "a"},
        {"File": {"Name": "zeta", "UID": "0", "GID": "0", "Mode": 0o444}, "ConfigName": "shop_zeta"},
    ]
    assert [reference["SecretName"] for reference in task["Secrets"]] == ["o", "shop_token"]
    assert desired.configs == {
        "shop_zeta": {"Name": "shop_zeta", "Labels": STACK_LABEL, "Data": base64.b64encode(b"z").decode()},
        "a": {
            "Name": "a",
            "Labels": STACK_LABEL,
            "Data": base64.b64encode(b"a").decode(),
            "Templating": {"Name": "golang"},
        },
    }
    assert desired.secrets == {
        "shop_token": {
            "Name": "shop_token",
            "Labels": {**STACK_LABEL, "k": "v"},
            "Data": base64.b64encode(b"hunter2").decode(),
        },
        "shop_driven": {
            "Name": "shop_driven",
            "Labels": STACK_LABEL,
            "Driver": {"Name": "vault", "Options": {"p": "q"}},
        },
    }
    assert desired.external_secrets == {"o"}
    assert desired.external_configs == set()


def test_credential_specs() -> None:
    configs = {"gmsa": {"external": True, "name": "outside"}}
    result = converted({"credential_spec": {"config": "gmsa"}}, configs=configs)
    task = result.services["shop_web"]["TaskTemplate"]["ContainerSpec"]
    assert task["Privileges"] == {"CredentialSpec": {"Config": "outside"}}
    assert task["Configs"] == [{"ConfigName": "outside", "Runtime": {}}]
    assert result.external_configs == {"outside"}
    assert container({"credential_spec": {"file": "f"}})["Privileges"] == {"CredentialSpec": {"File": "f"}}


def test_mounts() -> None:
    volumes = {
        "data": {"driver": "local", "driver_opts": {"o": "x"}, "labels": {"a": "b"}},
        "out": {"external": True, "name": "out"},
    }
    mounts = [
        {"type": "volume", "source": "data", "target": "/a", "read_only": True, "volume": {"nocopy": True}},
        {"type": "volume", "source": "out", "target": "/b"},
        {"type": "volume", "target": "/c"},
        {"type": "bind", "source": "/h", "target": "/d", "consistency": "cached", "bind": {"propagation": "shared"}},
        {"type": "tmpfs", "target": "/e", "tmpfs": {"size": 9}},
        {"type": "cluster", "source": "data", "target": "/f"},
        {"type": "cluster", "source": "group:g", "target": "/g"},
        {"type": "npipe", "source": "p", "target": "q"},
    ]
    driver = {"Name": "local", "Options": {"o": "x"}}
    options = {"NoCopy": True, "Labels": {**STACK_LABEL, "a": "b"}, "DriverConfig": driver}
    assert container({"volumes": mounts}, volumes=volumes)["Mounts"] == [
        {"Type": "volume", "Source": "shop_data", "Target": "/a", "ReadOnly": True, "VolumeOptions": options},
        {"Type": "volume", "Source": "out", "Target": "/b", "VolumeOptions": {}},
        {"Type": "volume", "Target": "/c"},
        {
            "Type": "bind",
            "Source": "/h",
            "Target": "/d",
            "Consistency": "cached",
            "BindOptions": {"Propagation": "shared"},
        },
        {"Type": "tmpfs", "Target": "/e", "TmpfsOptions": {"SizeBytes": 9}},
        {"Type": "cluster", "Source": "shop_data", "Target": "/f", "ClusterOptions": {}},
        {"Type": "cluster", "Source": "group:g", "Target": "/g", "ClusterOptions": {}},
        {"Type": "npipe", "Source": "p", "Target": "q"},
    ]


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ({"image": ""}, "needs an `image`"),
        ({"networks": {"gone": None}}, 'the network "gone" is not defined'),
        ({"configs": [{"source": "gone"}]}, 'the config "gone" is not defined'),
        ({"secrets": [{"source": "gone"}]}, 'the secret "gone" is not defined'),
        ({"volumes": [{"type": "volume", "source": "gone", "target": "/a"}]}, 'the volume "gone" is not defined'),
        ({"volumes": [{"type": "nfs", "target": "/a"}]}, "is not a type of mount"),
        ({"volumes": [{"type": "bind", "target": "/a"}]}, "needs a source"),
        ({"volumes": [{"type": "tmpfs", "source": "a", "target": "/a"}]}, "has no source"),
        ({"volumes": [{"type": "volume", "target": "/a", "tmpfs": {}}]}, "do not go with type volume"),
        ({"healthcheck": {"disable": True, "test": ["CMD"]}}, "exclude each other"),
        ({"credential_spec": {"file": "a", "registry": "b"}}, "exclude each other"),
        ({"deploy": {"mode": "global", "replicas": 1}}, "one task on each node"),
        ({"deploy": {"mode": "some"}}, "is not a mode"),
        ({"restart": "sometimes"}, "is not a restart policy"),
        ({"restart": ":3"}, "is not a restart policy"),
        ({"restart": "on-failure:x"}, "is not a restart policy"),
        ({"deploy": {"resources": {"limits": {"cpus": "many"}}}}, "is not a number of CPUs"),
        ({"deploy": {"resources": {"limits": {"cpus": "1/0"}}}}, "is not a number of CPUs"),
        ({"deploy": {"resources": {"limits": {"cpus": "0.0000000001"}}}}, "more precise"),
    ],
)
def test_faults(service: Json, text: str) -> None:
    assert any(text in problem for problem in problems(service))


def test_faults_carry_the_path() -> None:
    with pytest.raises(ConvertError) as fault:
        converted({"deploy": {"mode": "some"}, "restart": "x"})
    assert [path for path, _text in fault.value.problems] == [
        ("services", "web", "restart"),
        ("services", "web", "deploy", "mode"),
    ]


NEWER = [
    ({"healthcheck": {"test": ["CMD", "x"], "start_interval": 5}}, "1.43", "1.44", ("healthcheck", "start_interval")),
    ({"ulimits": {"core": {"soft": 0, "hard": 0}}}, "1.40", "1.41", ("ulimits",)),
    ({"deploy": {"resources": {"limits": {"pids": 5}}}}, "1.40", "1.41", ("deploy", "resources", "limits", "pids")),
]


@pytest.mark.parametrize(("service", "old", "needed", "key"), NEWER)
def test_what_an_engine_does_not_know_is_an_error(service: Json, old: str, needed: str, key: tuple[str, ...]) -> None:
    with pytest.raises(ConvertError) as fault:
        converted(service, old)
    assert fault.value.problems == [(("services", "web", *key), f"needs Engine API {needed}; this engine speaks {old}")]
    assert converted(service, needed).services


@pytest.mark.parametrize(("service", "old", "needed", "key"), NEWER)
def test_or_left_out_with_a_warning(service: Json, old: str, needed: str, key: tuple[str, ...]) -> None:
    desired = converted(service, old, "warn")
    assert desired.warnings == [
        f"services.web.{'.'.join(key)}: left out, because it needs Engine API {needed}; this engine speaks {old}"
    ]
    assert "StartInterval" not in str(desired.services)
    assert "Pids" not in str(desired.services)
    assert "Ulimits" not in str(desired.services)


def test_a_job_is_never_left_out() -> None:
    with pytest.raises(ConvertError, match=r"needs Engine API 1\.41"):
        converted({"deploy": {"mode": "global-job"}}, "1.40", "warn")


def test_the_project_is_not_changed() -> None:
    config = {"services": {"web": {"image": "x", "labels": {"a": "b"}, "networks": {"n": {"aliases": ["a"]}}}}}
    config["networks"] = {"n": {"labels": {"c": "d"}}}
    before = repr(config)
    convert(config, "shop", "1.45", {}, {})
    assert repr(config) == before
