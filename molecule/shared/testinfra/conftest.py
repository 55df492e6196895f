"""Ask the hosts' engines themselves, past every module of this collection."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from testinfra.utils.ansible_runner import AnsibleRunner

_ASK = (Path(__file__).resolve().parent.parent / "files" / "ask.py").read_text()


@pytest.fixture(scope="session")
def inventory() -> AnsibleRunner:
    return AnsibleRunner(os.environ["MOLECULE_INVENTORY_FILE"])


@pytest.fixture(scope="session")
def ask(inventory: AnsibleRunner) -> Callable[[str, str], Any]:
    """`GET` a path of the Engine API of a host, named as in the inventory."""

    def get(name: str, path: str) -> Any:
        output = inventory.get_host(name).check_output(f"sudo python3 -c {quote(_ASK)} {quote(path)}")
        return json.loads(output)

    return get


@pytest.fixture(scope="session")
def membership(ask) -> Callable[[str], dict[str, Any]]:
    """What a host's engine says of its swarm."""
    return lambda name: ask(name, "/info")["Swarm"]


@pytest.fixture(scope="session")
def nodes_by_id(ask) -> Callable[[str], dict[str, dict[str, Any]]]:
    """All nodes, as a manager lists them."""
    return lambda manager: {node["ID"]: node for node in ask(manager, "/nodes")}
