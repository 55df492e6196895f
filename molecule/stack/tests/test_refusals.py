"""Bad input is refused with a sentence that helps, and not one object is made; bad images are told in time."""

from __future__ import annotations

import pytest


@pytest.fixture
def nothing_happens(engine):
    before = engine.everything()
    yield
    assert engine.everything() == before


@pytest.mark.usefixtures("nothing_happens")
class TestBadInput:
    def test_an_unknown_key(self, files):
        files.edit("stop_grace_period", "stop_grace_periode")
        message = files.refused()
        assert "compose.yml" in message
        assert "ui" in message
        assert "stop_grace_periode" in message

    def test_a_missing_variable(self, files):
        message = files.refused(environment={})
        assert "REPLICAS" in message
        assert "how many replicas" in message

    def test_a_missing_compose_file(self, files):
        assert "absent.yml" in files.refused(files=[str(files.folder / "absent.yml")])

    def test_no_compose_file(self, files):
        assert "files" in files.refused(files=[])

    def test_a_missing_secret_file(self, files):
        (files.folder / "api_key").unlink()
        assert "api_key" in files.refused()

    def test_broken_yaml(self, files):
        files.compose.write_text("services: {ui: [")
        assert "compose.yml" in files.refused()

    def test_missing_external_objects_are_told_together(self, files):
        files.edit("  front:\n\nconfigs", "  front: {external: true, name: nowhere}\n\nconfigs")
        files.edit("    file: ./api_key", "    external: true\n    name: nobody")
        message = files.refused()
        assert "network nowhere is external but does not exist" in message
        assert "secret nobody is external but does not exist" in message

    def test_an_image_no_registry_has(self, files):
        files.edit("registry:5000/box:1\n    command: [httpd", "registry:5000/box:none\n    command: [httpd")
        message = files.refused()
        assert "registry:5000/box:none" in message
        assert "manifest unknown" in message

    def test_a_service_name_that_is_taken(self, host, engine, files):
        host.check_output(f"docker service create --detach --name {files.name}_ui --replicas 0 registry:5000/box:1")
        try:
            assert f"service {files.name}_ui exists and belongs to no stack" in files.refused()
            assert engine.of_stack(files.name)["networks"] == []
        finally:
            host.check_output(f"docker service rm {files.name}_ui")

    def test_what_this_cluster_cannot_run_is_told_at_once_and_all_of_it(self, files):
        files.compose.write_text(CANNOT_RUN)
        message = files.refused(environment={})
        for words in (
            'service label: deploy.placement.constraints: no node satisfies "node.labels.rack == moon"',
            'service nowhere: deploy.placement.constraints: no node satisfies "node.hostname == nobody"',
            "service large: deploy.resources.reservations: no node has so much",
            "4 replicas with 1 a node need 4 nodes",
            "network ingress, which exists",
            "service app-: the full name",
        ):
            assert words in message, message
        assert len(message.splitlines()) == 6


CANNOT_RUN = """
services:
  label:
    image: registry:5000/box:1
    deploy: {placement: {constraints: [node.labels.rack == moon]}}
  nowhere:
    image: registry:5000/box:1
    deploy: {mode: global, placement: {constraints: [node.hostname == nobody]}}
  large:
    image: registry:5000/box:1
    deploy: {resources: {reservations: {memory: 9000G}}}
  many:
    image: registry:5000/box:1
    networks: [n]
    deploy: {replicas: 4, placement: {max_replicas_per_node: 1}}
  app-:
    image: registry:5000/box:1
networks:
  n: {ipam: {config: [{subnet: 10.0.0.0/24}]}}
"""
REFUSED_LATE = """
services:
  app-: {image: "registry:5000/box:1", networks: [n], configs: [c]}
networks: {n: {}}
configs: {c: {content: text}}
"""


def test_without_the_checks_the_engine_refuses_late(engine, stack):
    """What the checks are for: the network and the config are there by then."""
    stack.compose.write_text(REFUSED_LATE)
    message = stack.refused(environment={}, preflight="skip")
    assert "name must be valid as a DNS name component" in message
    assert engine.names(stack.name, "networks") == ["n"]
    assert engine.of_stack(stack.name)["configs"]


def test_services_that_do_not_arrive_are_told_in_time_in_the_engines_words(stack):
    """One image that cannot be pulled, one crash loop, one place that is nowhere, one job that fails."""
    stack.edit("services:\n", f"services:\n{BROKEN}")
    stack.edit('["true"]', '["false"]')
    result = stack.run(resolve_image="never", wait_timeout=40, preflight={"placement": "warn"})
    assert result["failed"]
    assert "has not converged within 40 s" in result["msg"]
    told = {item["service"].removeprefix(f"{stack.name}_"): item for item in result["failed_tasks"]}
    assert sorted(told) == ["loop", "migrate", "nowhere", "unpullable"]
    assert told["unpullable"]["error"].startswith("No such image: registry:5000/box:none")
    assert told["unpullable"]["node"] in ("m1", "w1", "w2")
    assert told["loop"]["error"] == "task: non-zero exit (1)"
    assert told["migrate"]["error"] == "task: non-zero exit (1)"
    assert told["nowhere"]["error"].startswith("no suitable node")
    for item in told.values():
        assert item["error"] in result["msg"]


BROKEN = """
  unpullable:
    image: registry:5000/box:none
    # Tried too seldom for the deploy to end before the others have failed as well.
    deploy: {restart_policy: {delay: 60s}}
  loop:
    image: registry:5000/box:1
    command: ["false"]
    deploy: {restart_policy: {delay: 1s}}
  nowhere:
    image: registry:5000/box:1
    deploy: {placement: {constraints: [node.labels.rack == moon]}}
"""


def test_a_rolled_back_update_is_a_failure(engine, stack):
    stack.edit("monitor: 1s\n  agent", "monitor: 5s\n        failure_action: rollback\n  agent")
    stack.deploy()
    stack.edit('[httpd, -f, -p, "8000", -h, /]', "['false']")
    message = stack.refused()
    assert "rollback" in message
    assert "non-zero exit (1)" in message
    assert engine.service(f"{stack.name}_ui")["Spec"]["TaskTemplate"]["ContainerSpec"]["Args"][0] == "httpd"


def test_a_worker_cannot_deploy(files):
    result = files.run(hosts="swarm_workers[0]", state="absent")
    assert "this host is no swarm manager" in result["msg"]
