"""What becomes of the API's records when a machine does not follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.compute_api import fleet, resources
from sandbox.compute_api.backend import BackendError, Records
from sandbox.compute_api.control import declare_project
from sandbox.compute_api.operations import EFFECTS
from sandbox.compute_api.store import Store

_ = resources  # imported for the effects it registers


class Broken(Records):
    """Makes nothing; remembers what it was told to remove."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def create(self, project: str, instance: dict[str, Any]) -> dict[str, Any]:
        raise BackendError("no image")

    def delete(self, project: str, instance: dict[str, Any]) -> dict[str, Any]:
        self.deleted.append(instance["name"])
        return {}


def test_a_machine_that_could_not_be_made_leaves_no_record(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.sqlite")
    declare_project(store, "p")
    fleet.store_instances(store, "p", [fleet.instance("p", "europe-west1-b", "vm", 1)])
    backend = Broken()
    with pytest.raises(BackendError, match="no image"):
        EFFECTS["create_instance"](store, backend, {"project": "p", "scope": "zones/europe-west1-b", "name": "vm"})
    assert backend.deleted == ["vm"]
    assert (store.all("instances", "p"), store.all("disks", "p")) == ([], [])
