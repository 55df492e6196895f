"""With the checks nothing is made, within three seconds; without them the engine refuses late, or says nothing."""

from __future__ import annotations

import json

import pytest
from conftest import allowed_seconds, outcomes_of


def service(**more):
    return {"image": "registry:5000/box:1", "command": ["sleep", "600"], "stop_grace_period": "1s", **more}


def files(first=None, others=None, **sections):
    """A compose file: YAML has all that JSON has."""
    return json.dumps({"services": {"first": service(**(first or {})), **(others or {})}, **sections}, indent=1)


def network(**pool):
    return {"m": {}, "n": {"ipam": {"config": [pool]}}}


ON_BOTH = {"networks": ["m", "n"]}


def placed(*constraints, **deploy):
    return {"deploy": {**deploy, "placement": {"constraints": list(constraints)}}}


HOST_PORT = [{"target": 80, "published": 8471, "mode": "host"}]
TWICE = [{"type": "tmpfs", "target": "/a"}, {"type": "tmpfs", "target": "/a"}]

# A file with one fault, and what is said of it.
FAULTS = {
    "a name with a dot": (files(others={"app.0": service()}), "service app.0:"),
    "a name that ends in a dash": (files(others={"app-": service()}), "service app-:"),
    "a name too long": (files(others={"a" * 60: service()}), "and may have 63"),
    "an empty config": (
        files({"configs": ["c"]}, configs={"c": {"content": ""}}, secrets={"s": {"file": "some"}}),
        "its content is empty",
    ),
    "a driver services cannot use": (
        files({"networks": ["n"]}, networks={"n": {"driver": "bridge"}}),
        "the driver bridge",
    ),
    "no subnet": (files(ON_BOTH, networks=network(subnet="10.77.0.300/24")), "is no subnet"),
    "a host's address for a subnet": (
        files(ON_BOTH, networks=network(subnet="10.77.0.1/24")),
        "is the address of a host",
    ),
    "the subnet of the ingress network": (
        files({"networks": ["n"]}, networks=network(subnet="10.0.0.0/24")),
        "network ingress, which exists",
    ),
    "a subnet too small": (
        files({"networks": ["n"], "deploy": {"replicas": 4}}, networks=network(subnet="10.77.1.0/29")),
        "addresses for tasks",
    ),
    "a constraint that does not parse": (
        files(others={"b": service(**placed("node.labels.x=y"))}),
        'write "node.labels.x == y"',
    ),
    "a key nobody knows": (files(placed("foo == bar")), 'swarm has no key "foo"'),
    "a label no node has": (files(placed("node.labels.x == y")), "no node has the label x"),
    "a global service for no node": (files(placed("node.labels.x == y", mode="global")), "allow_empty"),
    "too many replicas a node": (
        files({"deploy": {"replicas": 4, "placement": {"max_replicas_per_node": 1}}}),
        "4 replicas with 1 a node need 4 nodes",
    ),
    "a reservation no node holds": (
        files({"deploy": {"resources": {"reservations": {"memory": "9000G"}}}}),
        "no node has so much",
    ),
    "a limit too low": (files({"deploy": {"resources": {"limits": {"memory": "5M"}}}}), "write 6M or more"),
    "dnsrr with ingress ports": (
        files(others={"b": service(ports=["8471:80"], deploy={"endpoint_mode": "dnsrr"})}),
        "endpoint_mode: dnsrr",
    ),
    "one port, two services": (
        files({"ports": ["8471:80"]}, {"b": service(ports=["8471:80"])}),
        "already published by service b",
    ),
    "one port twice": (files(others={"b": service(ports=["8471:80", "8471:81"])}), "published twice"),
    "more host ports than nodes": (
        files({"ports": HOST_PORT, "deploy": {"replicas": 4}}),
        "4 tasks do not fit on 3 nodes",
    ),
    "two mounts at one place": (files(others={"b": service(volumes=TWICE)}), "already the target of volumes[0]"),
    "a placeholder nobody fills in": (files(others={"b": service(hostname="{{.Node.Name}}")}), "no placeholder"),
    "a volume that is read as a drive": (files({"volumes": ["v:/v"]}, volumes={"v": {}}), "a drive of Windows"),
    "a log driver no node has": (files({"logging": {"driver": "loki"}}), "log driver loki"),
    "a volume driver no node has": (
        files({"volumes": ["data:/v"]}, volumes={"data": {"driver": "nothere"}}),
        "volume driver nothere",
    ),
    "a secret driver the manager has not": (
        files({"networks": ["n"]}, networks={"n": {}}, secrets={"s": {"driver": "nothere"}}),
        'no plugin "nothere" for secrets',
    ),
    "an update of a job": (
        files(others={"b": service(deploy={"mode": "replicated-job", "update_config": {"parallelism": 1}})}),
        "mode replicated-job",
    ),
    "a health check too quick": (
        files(others={"b": service(healthcheck={"test": "true", "interval": "10us"})}),
        "less than 1ms",
    ),
    "a bind beside the file": (files({"volumes": ["./there:/there"]}), "bind_base"),
}


# Without the check: green although nothing runs; or refused, or given up on, after something was made.
GREEN = {"a global service for no node"}
TEXTS = {what: text for what, (text, _words) in FAULTS.items()}


@pytest.fixture(scope="module")
def with_checks(tmp_path_factory):
    """What became of each file as it is deployed by default."""
    return outcomes_of(tmp_path_factory.mktemp("with"), TEXTS)


@pytest.fixture(scope="module")
def without_checks(tmp_path_factory):
    """The same without the checks."""
    options = {"preflight": "skip", "allow_empty": True, "wait_timeout": 5}
    # What becomes green is watched for a while first.
    longer = {what: {"wait_timeout": 60} for what in GREEN}
    return outcomes_of(tmp_path_factory.mktemp("without"), TEXTS, longer, **options)


@pytest.mark.parametrize("fault", FAULTS)
def test_refused_at_once_and_nothing_made(with_checks, row, fault):
    outcome = with_checks[fault]
    row(fault, outcome.seconds, f"refused; made: {outcome.made or 'nothing'}")
    message = outcome.result["msg"]
    assert outcome.result.get("failed")
    assert FAULTS[fault][1] in message
    assert "compose.yml:" in message
    assert len(message.splitlines()) == 1
    assert outcome.after == outcome.before
    assert outcome.seconds < allowed_seconds()


@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_check(without_checks, row, fault):
    outcome = without_checks[fault]
    failed = bool(outcome.result.get("failed"))
    words = " ".join(outcome.result["msg"].split())[:110] if failed else "green"
    row(f"without the check: {fault}"[:48], outcome.seconds, f"made: {outcome.made or 'nothing'}; {words}")
    assert outcome.made
    assert failed is (fault not in GREEN)


def test_a_large_config(stack, objects):
    stack.write(files({"configs": ["c"]}, configs={"c": {"file": "large"}}))
    (stack.folder / "large").write_bytes(b"x" * 1_024_000)
    before = objects()
    assert "1024000 bytes and may have 1023999" in stack.refused()
    assert stack.seconds < allowed_seconds()
    assert objects() == before
    (stack.folder / "large").write_bytes(b"x" * 1_023_999)
    stack.deploy()


def test_a_port_of_another_stack(stack, other, objects):
    other.write(files({"ports": ["8472:80"]})).deploy()
    before = objects()
    message = stack.write(files({"ports": ["8472:80"]})).refused()
    assert f"already published by service {other.name}_first of stack {other.name}" in message
    assert stack.seconds < allowed_seconds()
    assert objects() == before


def test_a_leftover_network(host, stack, objects):
    name = f"{stack.name}_n"
    host.check_output(f"docker network create {name}")
    try:
        before = objects()
        message = stack.write(files({"networks": ["n"]}, networks={"n": {}})).refused()
        assert "left over on the manager with the scope local" in message
        assert objects() == before
    finally:
        host.check_output(f"docker network rm {name}")
    stack.deploy()


def test_a_mode_that_changes(stack, engine, objects):
    stack.write(files()).deploy()
    before = objects()
    stack.write(files({"deploy": {"mode": "global"}}))
    for check in (True, False):
        result = stack.run(check)
        assert result.get("failed")
        assert "cannot become global" in result["msg"]
        assert stack.seconds < allowed_seconds()
        assert objects() == before
    preview = stack.deploy(check=True, recreate_services=True)
    assert {"key": "service", "before": "", "after": "recreated"} in preview["plan"]["steps"][0]["differences"]
    assert objects() == before
    result = stack.deploy(recreate_services=True)
    assert result["services"][f"{stack.name}_first"]["running"] == 3
    assert len(engine.running(f"{stack.name}_first")) == 3
    assert "Global" in engine.service(f"{stack.name}_first")["Spec"]["Mode"]
    assert stack.deploy(recreate_services=True)["changed"] is False


def test_start_first_with_host_ports(stack, objects):
    def ordered(order):
        return files({"ports": HOST_PORT, "deploy": {"mode": "global", "update_config": {"order": order}}})

    before = objects()
    assert "write order: stop-first" in stack.write(ordered("start-first")).refused()
    assert objects() == before
    stack.write(ordered("stop-first")).deploy()


def test_binds_with_a_base(stack, engine):
    stack.write(files({"volumes": ["./log:/l"]})).deploy(bind_base="/var")
    spec = engine.service(f"{stack.name}_first")["Spec"]
    assert spec["TaskTemplate"]["ContainerSpec"]["Mounts"][0]["Source"] == "/var/log"


def test_all_faults_at_once(stack, objects):
    text = files(
        {"configs": ["c"], "networks": ["n"], "ports": ["8474:80", "8474:81"]},
        {
            "app.0": service(),
            "b": service(**placed("foo == bar")),
            "c": service(
                ports=["8475:80"],
                networks=["gone"],
                volumes=[{"type": "tmpfs", "target": "a"}, "./x:/x"],
                deploy={"replicas": 4, "placement": {"max_replicas_per_node": 1}},
            ),
            "d": service(ports=["8475:80"]),
        },
        networks={**network(subnet="10.0.0.0/24"), "gone": {"external": True}},
        configs={"c": {"content": ""}},
    )
    before = objects()
    message = stack.write(text).refused()
    for words in (
        "network gone is external but does not exist",
        "its content is empty",
        'write "app-0"',
        "network ingress, which exists",
        'swarm has no key "foo"',
        "4 replicas with 1 a node",
        "published twice",
        "already published by service c",
        "does not begin at the root",
        "bind_base",
    ):
        assert words in message, message
    assert len(message.splitlines()) == 10
    assert stack.seconds < allowed_seconds()
    assert objects() == before


def test_an_image_for_another_platform(host, stack, objects, row):
    host.check_output(
        "container=$(docker create registry:5000/box:1 x) && docker export $container | "
        "docker import --platform linux/arm64 - registry:5000/box:arm && docker rm $container && "
        "docker push -q registry:5000/box:arm"
    )
    stack.write(files({"image": "registry:5000/box:arm", "networks": ["n"]}, networks={"n": {}}))
    before = objects()
    message = stack.refused()
    row("an image for another platform", stack.seconds, "refused")
    assert "the image is built for linux/arm64, and the nodes are linux/" in message
    assert stack.seconds < allowed_seconds()
    assert objects() == before
    late = stack.refused(preflight="skip", wait_timeout=5)
    row("without the check: the same", stack.seconds, late[:60])
    assert objects() != before


def test_an_image_name_that_no_engine_accepts(stack, objects, row):
    stack.write(files({"image": "registry:5000/Box:1", "networks": ["n"]}, networks={"n": {}}))
    before = objects()
    message = stack.refused()
    row("an image name in capitals", stack.seconds, "refused")
    assert 'write "registry:5000/box:1"' in message
    assert stack.seconds < allowed_seconds()
    assert objects() == before
    # Where nobody asks the registry for its digest, the network is made before the engine refuses the service.
    stack.refused(preflight="skip", resolve_image="never")
    assert objects() != before
