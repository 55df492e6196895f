"""An update that swarm has paused goes on with the next deploy, of the same file or of a better one."""

from __future__ import annotations

import time

import pytest

WEB = {
    "image": "registry:5000/box:1",
    "stop_grace_period": "1s",
    "deploy": {
        "replicas": 2,
        "endpoint_mode": "dnsrr",
        "restart_policy": {"delay": "1s"},
        "update_config": {"parallelism": 1, "monitor": "3s", "failure_action": "pause"},
    },
}


@pytest.fixture
def paused(cluster, stack):
    """A stack whose update needs a directory that no node has."""
    stack.write({"services": {"web": WEB}})
    stack.deploy()
    directory = f"/var/lib/{stack.name}"
    stack.write({"services": {"web": {**WEB, "volumes": [f"{directory}:/there"]}}})
    assert f"bind source path does not exist: {directory}" in stack.refused()
    await_pause(cluster, stack)
    yield stack
    for host in cluster.hosts.values():
        host.run(f"rm -rf {directory}")


def await_pause(cluster, stack):
    """The module may tell of rejected tasks before swarm draws its conclusion."""
    deadline = time.monotonic() + 60
    while cluster.service(f"{stack.name}_web").get("UpdateStatus", {}).get("State") != "paused":
        assert time.monotonic() < deadline
        time.sleep(1)


def test_the_unchanged_file_is_submitted_again(cluster, paused):
    name = f"{paused.name}_web"
    before = cluster.service(name)["Version"]["Index"]
    (step,) = paused.deploy(check=True)["plan"]["steps"]
    assert step["differences"] == [{"key": "update", "before": "paused", "after": "resumed"}]
    assert cluster.service(name)["Version"]["Index"] == before
    assert "bind source path does not exist" in paused.refused()
    assert cluster.service(name)["Version"]["Index"] > before
    await_pause(cluster, paused)
    for host in cluster.hosts.values():
        host.check_output(f"mkdir /var/lib/{paused.name}")
    assert paused.deploy()["changed"]
    mounts = [task["Spec"]["ContainerSpec"].get("Mounts") for task in cluster.running(name)]
    assert len(mounts) == 2
    assert all(mounts)
    assert not paused.deploy()["changed"]


def test_a_better_file_is_deployed_over_it(cluster, paused):
    paused.write({"services": {"web": WEB}})
    assert paused.deploy()["changed"]
    assert len(cluster.running(f"{paused.name}_web")) == 2
    assert not paused.deploy()["changed"]
