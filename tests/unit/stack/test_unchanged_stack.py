"""What recorded engine state tells of a stack, and when the module has to run."""

from __future__ import annotations

import copy
import json
import shlex
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import lock_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject, stack_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import config_name
from ansible_collections.dockyard.swarm.plugins.plugin_utils import unchanged_stack

from tests.unit.stack.specs import NODES, STACK, network, service, task

DIGEST = "sha256:" + "a" * 64
LABEL = "%7B%22label%22%3A+%5B%22com.docker.stack.namespace%3Dshop%22%5D"
PROJECT = LoadedProject(
    config={
        "services": {"ui": {"image": "registry:5000/ui:1", "networks": {"front": None}}},
        "networks": {"front": {}},
    }
)


def options(**more):
    """The module's options as they are where nothing else is said."""
    known = {**engine_argument_spec(), **stack_argument_spec()}
    return {**{name: item.get("default") for name, item in known.items()}, "name": STACK, "files": ["a.yml"], **more}


def addresses(project=PROJECT, **more):
    command = shlex.split(unchanged_stack.stack_probe("python3", options(**more), False, project))
    return json.loads(command[5])


@pytest.fixture
def cluster():
    """The stack as a deploy leaves it behind."""
    job = request_from_project(options(), PROJECT, "1.45", lambda _reference: None)
    spec = copy.deepcopy(job.desired.services["shop_ui"])
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = f"registry:5000/ui:1@{DIGEST}"
    spec["TaskTemplate"]["Placement"] = {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]}
    spec["TaskTemplate"]["Networks"] = [{"Target": "id-of-shop_front", "Aliases": ["ui"]}]
    running = [{**task("running"), "ServiceID": "id-of-shop_ui"}]
    return {
        f"/services?filters={LABEL}%7D": [service(spec)],
        f"/tasks?filters={LABEL}%7D": running,
        f"/tasks?filters={LABEL}%2C+%22_up-to-date%22%3A+%5B%22true%22%5D%7D": running,
        "/nodes": list(NODES.values()),
        "/networks": [network("shop_front", EnableIPv6=False, Internal=False, Attachable=False)],
        "/configs": [],
        "/secrets": [],
        "/distribution/registry:5000/ui:1/json": {
            "Descriptor": {"digest": DIGEST},
            "Platforms": [{"architecture": "amd64", "os": "linux"}],
        },
    }


def told(cluster, project=PROJECT, check_mode=False, **more):
    asked = {address: json.dumps(cluster[address]) for address in addresses(project, **more)}
    text = json.dumps({"version": "1.45", "answers": asked})
    return unchanged_stack.result_if_unchanged(text, options(**more), project, check_mode)


def test_an_unchanged_stack_that_runs_needs_no_module(cluster):
    result = told(cluster)
    assert result["changed"] is False
    assert result["diff"] == []
    assert result["services"] == {"shop_ui": {"running": 1, "desired": 1}}


@pytest.mark.parametrize("level", ["error", "warn", "skip", {"placement": "warn", "all": "skip"}])
def test_the_checks_ask_nothing_more_and_need_no_module(cluster, level):
    """One round trip to the host with the checks as without: the same addresses, and the same answer from them."""
    assert addresses(preflight=level) == addresses(preflight="skip")
    assert len(addresses(preflight=level)) == 8
    assert told(cluster, preflight=level) == told(cluster, preflight="skip")
    assert told(cluster, preflight=level)["changed"] is False


def as_a_job(cluster, state):
    """The same stack, but that its service is a job whose only task is in this state."""
    project = LoadedProject(copy.deepcopy(PROJECT.config))
    project.config["services"]["ui"]["deploy"] = {"mode": "replicated-job"}
    (subject,) = cluster[f"/services?filters={LABEL}%7D"]
    job = request_from_project(options(), project, "1.45", lambda _reference: None)
    subject["Spec"]["Mode"] = job.desired.services["shop_ui"]["Mode"]
    for address in cluster:
        if address.startswith("/tasks"):
            cluster[address] = [{**task(state), "ServiceID": "id-of-shop_ui"}]
    return project


def test_a_job_that_has_completed_needs_no_module(cluster):
    assert told(cluster, as_a_job(cluster, "complete")) is not None


def test_a_job_that_has_failed_is_left_to_the_module(cluster):
    assert told(cluster, as_a_job(cluster, "failed")) is None


def test_in_check_mode_only_the_plan_is_told(cluster):
    assert set(told(cluster, check_mode=True)) == {"changed", "plan", "diff"}


def test_a_stack_that_differs_is_left_to_the_module(cluster):
    changed = LoadedProject(copy.deepcopy(PROJECT.config))
    changed.config["services"]["ui"]["environment"] = {"LOG": "debug"}
    assert told(cluster, changed) is None


def test_another_digest_in_the_registry_is_left_to_the_module(cluster):
    cluster["/distribution/registry:5000/ui:1/json"]["Descriptor"]["digest"] = "sha256:" + "b" * 64
    assert told(cluster) is None
    assert told(cluster, resolve_image="never") is not None


def test_tasks_that_do_not_run_are_left_to_the_module(cluster):
    for address in cluster:
        if address.startswith("/tasks"):
            cluster[address] = [{**task("failed", err="exit 1"), "ServiceID": "id-of-shop_ui"}]
    assert told(cluster) is None
    assert told(cluster, wait=False) is not None


def test_a_deploy_under_way_is_left_to_the_module(cluster):
    cluster["/configs"] = [{"ID": "c", "Spec": {"Name": config_name(lock_name(STACK)), "Labels": {}}}]
    assert told(cluster) is None


def test_what_was_not_recorded_is_left_to_the_module(cluster):
    cluster[f"/services?filters={LABEL}%7D"][0]["Spec"]["TaskTemplate"]["Networks"] = [{"Target": "unlisted"}]
    assert told(cluster) is None


def test_no_answer_is_left_to_the_module():
    assert unchanged_stack.result_if_unchanged("a message of the day", options(), PROJECT, False) is None


def test_digests_are_not_asked_for_where_they_do_not_count():
    assert [item for item in addresses() if "distribution" in item] == ["/distribution/registry:5000/ui:1/json"]
    assert not [item for item in addresses(resolve_image="never") if "distribution" in item]


@pytest.mark.parametrize(
    ("given", "environment", "project"),
    [
        ({"docker_host": "tcp://10.0.0.1:2376"}, [], PROJECT),
        ({"registries": [{"registry": "r", "username": "u", "password": "p"}]}, [], PROJECT),
        ({}, [{"DOCKER_HOST": "unix:///other"}], PROJECT),
        ({}, [], LoadedProject({}, secret_data={"key": b"value"})),
    ],
    ids=["another host", "credentials", "environment", "secrets"],
)
def test_nothing_is_recorded_where_that_could_not_tell(given, environment, project):
    assert unchanged_stack.can_be_decided(options(), [{}], PROJECT)
    assert not unchanged_stack.can_be_decided(options(**given), environment, project)


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps(self.server.answers.get(self.path, {"message": "no"})).encode()
        self.send_response(200 if self.path in self.server.answers else 404)
        self.send_header("Api-Version", "1.45")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "local"

    def log_message(self, *_arguments):
        """Say nothing."""


class _Server(socketserver.ThreadingUnixStreamServer):
    # As many as an engine lets wait; of Python's five, a busy machine would turn some away.
    request_queue_size = 128


@pytest.fixture
def engine(tmp_path, cluster):
    server = _Server(str(tmp_path / "docker.sock"), _Answering)
    server.daemon_threads = True
    server.answers = cluster
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def run(server, own_address=True, **environment):
    given = options(docker_host=f"unix://{server.server_address}")
    command = unchanged_stack.stack_probe(sys.executable, given, own_address, PROJECT)
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, env=environment, check=False)


def test_the_command_brings_what_the_engine_answers(engine):
    done = run(engine)
    assert done.returncode == 0, done.stderr
    assert unchanged_stack.result_if_unchanged(done.stdout, options(), PROJECT, False)["changed"] is False


def test_the_command_fails_where_an_answer_is_missing(engine):
    del engine.answers["/nodes"]
    assert run(engine).returncode != 0


def test_the_command_fails_where_the_host_means_another_engine(engine):
    assert run(engine, own_address=False, DOCKER_HOST="unix:///elsewhere").returncode != 0
    assert run(engine, own_address=True, DOCKER_HOST="unix:///elsewhere").returncode == 0
