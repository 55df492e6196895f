"""A registry that wants a login: credentials go with the deploy, to all nodes, and stay nowhere in clear."""

from __future__ import annotations

import base64
from shlex import quote

import pytest
from runs import FILES, module

LOGIN = {"registry": "private:5000", "username": "ci", "password": "not-a-real-password"}
FORMS = ("not-a-real-password", base64.b64encode(b"ci:not-a-real-password").decode())


@pytest.fixture(autouse=True)
def nodes_without_the_image(cluster):
    nodes_without(cluster)


def nodes_without(cluster):
    for host in cluster.hosts.values():
        host.run("docker image ls -q private:5000/box | xargs -r docker image rm -f")


@pytest.fixture
def private(stack):
    stack.write((FILES / "private" / "compose.yml").read_text())
    return stack


def test_without_credentials_nothing_is_made(cluster, private):
    message = private.refused()
    assert "private:5000/box:1" in message
    assert "no basic auth credentials" in message or "unauthorized" in message
    assert cluster.of_stack(private.name)["services"] == []


def test_a_wrong_password_is_told(private):
    message = private.refused(registries=[{**LOGIN, "password": "wrong-one"}])
    assert "private:5000/box:1" in message
    assert "unauthorized" in message or "no basic auth credentials" in message
    assert "wrong-one" not in message


def test_credentials_of_the_deploy_reach_all_nodes_and_stay_nowhere(cluster, private):
    run = module("stack", private.options(registries=[LOGIN]))
    assert not run.result.get("failed"), run.result["msg"]
    assert cluster.places(f"{private.name}_app") == {"m1": 1, "w1": 1, "w2": 1}
    assert not any(form in run.output for form in FORMS)
    patterns = quote("\n".join(FORMS))
    for host in cluster.hosts.values():
        assert not host.file("/root/.docker/config.json").exists
        assert host.run(f"grep -rlaF -D skip -e {patterns} /root /home /etc /run /var/log /var/tmp").stdout == ""
        assert host.run(f"journalctl --no-pager -o cat | grep -aF -e {patterns}").stdout == ""
    again = module("stack", private.options(registries=[LOGIN]))
    assert not again.result["changed"]


def test_a_node_pulls_later_with_the_credentials_the_service_carries(cluster, private):
    """A service that was updated without credentials keeps those it was made with."""
    private.deploy(registries=[LOGIN])
    name = f"{private.name}_app"
    assert module("service", {"names": [name], "state": "restarted"}).result["changed"]
    assert cluster.places(name) == {"m1": 1, "w1": 1, "w2": 1}


def test_credentials_are_refreshed_without_a_new_task(cluster, private):
    """A service made with what a registry then refuses pulls again with what it gets later."""
    private.deploy(registries=[LOGIN])
    name = f"{private.name}_app"
    before = {task["ID"] for task in cluster.running(name)}
    wish = {"names": [name], "state": "refreshed"}
    assert not module("service", wish).result["changed"]
    assert module("service", {**wish, "registries": [LOGIN]}, check=True).result["changed"]
    run = module("service", {**wish, "registries": [{**LOGIN, "password": "expired"}]})
    assert run.result["changed"]
    assert {task["ID"] for task in cluster.running(name)} == before
    nodes_without(cluster)
    assert module("service", {"names": [name], "state": "restarted", "wait_timeout": 15}).result["failed"]
    run = module("service", {**wish, "registries": [LOGIN]})
    assert run.result["changed"], run.result
    assert not any(form in run.output for form in FORMS)
    assert cluster.places(name) == {"m1": 1, "w1": 1, "w2": 1}


def test_a_login_of_the_host_is_used(cluster, private):
    """As the option docker_logins of the role docker keeps it, in the configuration of the user the module runs as."""
    cluster.run("echo not-a-real-password | docker login -u ci --password-stdin private:5000 2>/dev/null")
    try:
        assert "private:5000/box:1" in private.refused(host_credentials=False)
        assert private.deploy()["changed"]
        assert cluster.places(f"{private.name}_app") == {"m1": 1, "w1": 1, "w2": 1}
    finally:
        cluster.run("docker logout private:5000 && rm -f /root/.docker/config.json")
