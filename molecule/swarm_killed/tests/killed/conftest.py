"""Run playbooks as a person does, and kill one as a failing machine does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SCENARIO = Path(__file__).resolve().parents[2]
PROJECT = SCENARIO.parents[1]
EPHEMERAL = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
MANAGERS = ["killed-m1", "killed-m2", "killed-m3"]
WORKER = "killed-w1"
HOSTS = [*MANAGERS, WORKER]


@pytest.fixture(scope="session")
def play() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a playbook of the collection with these variables; killed at a point as of kill_at.py, if one is given."""

    def run(playbook: str, variables: dict | None = None, kill_at: dict | None = None):
        environment = {
            **os.environ,
            "ANSIBLE_CONFIG": str(EPHEMERAL / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(PROJECT / ".collections"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_FORCE_COLOR": "false",
        }
        if kill_at is not None:
            environment["KILL_AT"] = json.dumps(kill_at)
            environment["ANSIBLE_CALLBACK_PLUGINS"] = str(SCENARIO / "callback_plugins")
            environment["ANSIBLE_CALLBACKS_ENABLED"] = "kill_at"
        fingerprint = (EPHEMERAL / "fingerprint").read_text().strip()
        extra = {"docker_repository_fingerprint": fingerprint, **(variables or {})}
        command = ["ansible-playbook", "-i", os.environ["MOLECULE_INVENTORY_FILE"], playbook, "-e", json.dumps(extra)]
        return subprocess.run(
            command, env=environment, cwd=PROJECT, capture_output=True, text=True, start_new_session=True, check=False
        )

    return run


@pytest.fixture(scope="session")
def killed_and_completed(play) -> Callable[..., None]:
    """Kill a run so many seconds after a task has begun for the so manieth time, then run again to the end."""

    def run(playbook: str, task: str, occurrence: int, after: float, variables: dict | None = None) -> None:
        killed = play(playbook, variables, {"task": task, "occurrence": occurrence, "after": after})
        assert killed.returncode == -signal.SIGKILL, f"never came to {task}:\n{killed.stdout}\n{killed.stderr}"
        completed = play(playbook, variables)
        assert completed.returncode == 0, f"{completed.stdout}\n{completed.stderr}"

    return run


@pytest.fixture(scope="session")
def on_each_host(inventory) -> Callable[[str], list[str]]:
    """Run a command on all hosts at once. Returns what each said."""

    def run(command: str) -> list[str]:
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda name: inventory.get_host(name).check_output(command), HOSTS))

    return run


@pytest.fixture
def one_whole_swarm(membership, nodes_by_id) -> Callable[[], str]:
    """Assert that the hosts are one swarm, all as declared. Returns the id of its cluster."""

    def check() -> str:
        memberships = {name: membership(name) for name in HOSTS}
        clusters = {memberships[name]["Cluster"]["ID"] for name in MANAGERS}
        assert len(clusters) == 1, memberships
        nodes = nodes_by_id("killed-m2")
        assert set(nodes) == {of["NodeID"] for of in memberships.values()}
        by_name = {name: nodes[of["NodeID"]] for name, of in memberships.items()}
        assert {node["Status"]["State"] for node in nodes.values()} == {"ready"}
        assert {name: node["Spec"]["Role"] for name, node in by_name.items()} == {
            **dict.fromkeys(MANAGERS, "manager"),
            WORKER: "worker",
        }
        assert [by_name[name]["ManagerStatus"]["Reachability"] for name in MANAGERS] == ["reachable"] * 3
        assert [by_name[name]["Spec"]["Availability"] for name in HOSTS] == ["active", "pause", "active", "drain"]
        assert [by_name[name]["Spec"].get("Labels") or {} for name in HOSTS] == [{}, {}, {}, {"reliability": "high"}]
        return clusters.pop()

    return check
