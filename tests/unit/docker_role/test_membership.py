"""An engine that does not answer is no stranger to its swarm: its disk is asked, and unknown is never "no member"."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host import data_root, engine_service, membership, unit
from ansible_collections.dockyard.swarm.plugins.module_utils._host.data_root import data_roots, declared_root

HUNG = unit.Unit(exists=True, active=True, enabled=True, started=100.0, command_line="/usr/sbin/dockerd -H fd://")
OPTIONS = {"docker_host": "unix:///x.sock", "action": "none", "members": "defer", "timeout": 0}
RESTART = {**OPTIONS, "state": "started", "action": "restart"}


def join(root: Path) -> None:
    """What an engine in a swarm leaves in its data-root."""
    (root / "swarm").mkdir(parents=True)
    (root / "swarm" / "docker-state.json").write_text("{}")
    peers = [{"node_id": "b", "addr": "10.0.0.2:2377"}, {"node_id": "a", "addr": "10.0.0.1:2377"}]
    (root / "swarm" / "state.json").write_text(json.dumps(peers))


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose engine's default folder is `tmp_path`/docker, and whose engine hangs."""
    root = tmp_path / "docker"
    root.mkdir()
    config = tmp_path / "daemon.json"
    for name in ("data_roots", "declared_root"):
        function = getattr(data_root, name)
        monkeypatch.setattr(membership, name, lambda line, function=function: function(line, str(config), str(root)))

    def hang(_docker_host: str) -> dict:
        raise EngineError("the engine did not answer GET /info within 10 s")

    monkeypatch.setattr(engine_service, "read_info", hang)
    monkeypatch.setattr(engine_service, "current_unit", lambda _run: HUNG)
    monkeypatch.setattr(engine_service.pending, "read", lambda _started: ("none", []))
    return root


class Systemd:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str]) -> tuple[int, str, str]:
        """Run a program."""
        self.commands.append(command)
        return 0, "", ""

    @property
    def verbs(self) -> list[str]:
        """What systemctl was told to do."""
        return [command[1] for command in self.commands if command[0] == "systemctl"]


def test_a_member_that_hangs_is_not_restarted_outside_of_the_roll(disk: Path):
    join(disk)
    systemd = Systemd()
    result = engine_service.run_service(RESTART, systemd, check_mode=True)
    assert (result["steps"], result["restart_pending"]) == ([], True)
    assert result["swarm"] == {"state": "unknown", "node_id": "", "manager": False, "managers": ["a", "b"]}
    with pytest.raises(engine_service.ServiceError, match="did not answer"):
        engine_service.run_service(RESTART, systemd, check_mode=False)
    assert systemd.verbs == []


def test_a_member_that_hangs_is_not_stopped(disk: Path):
    join(disk)
    systemd = Systemd()
    with pytest.raises(engine_service.ServiceError, match=r"does not answer.* member of a swarm"):
        engine_service.run_service({**OPTIONS, "state": "stopped"}, systemd, check_mode=False)
    assert systemd.verbs == []


def test_an_engine_outside_of_a_swarm_that_hangs_may_be_restarted(disk: Path):
    (disk / "swarm").mkdir()
    steps = engine_service.run_service(RESTART, Systemd(), check_mode=True)
    assert steps["steps"] == ["restart"]
    assert engine_service.run_service({**OPTIONS, "state": "stopped"}, Systemd(), check_mode=True)["steps"] == [
        "disable",
        "stop",
    ]


def test_an_engine_whose_data_cannot_be_found_counts_as_a_member(disk: Path):
    disk.rmdir()
    result = engine_service.run_service(RESTART, Systemd(), check_mode=True)
    assert result["restart_pending"]
    assert result["swarm"]["state"] == "unknown"


@pytest.mark.parametrize("how", ["config", "flag", "flag=", "remapped"])
def test_the_data_are_found_where_they_are(tmp_path: Path, how: str):
    elsewhere = tmp_path / "elsewhere"
    join(elsewhere / "100000.100000" if how == "remapped" else elsewhere)
    config = tmp_path / "daemon.json"
    line = "/usr/sbin/dockerd"
    if how == "flag":
        line += f" --data-root {elsewhere}"
    elif how == "flag=":
        line += f" --data-root={elsewhere}"
    else:
        config.write_text(json.dumps({"data-root": str(elsewhere)}))
    assert declared_root(line, str(config), str(tmp_path / "default")) == elsewhere
    found = membership.swarm_state_on_disk(data_roots(line, str(config), str(tmp_path / "default")), complete=True)
    assert found["state"] == "unknown"


def test_the_data_of_a_stopped_member_are_refused_too(tmp_path: Path):
    join(tmp_path)
    found = membership.swarm_state_on_disk([tmp_path], complete=True)
    refusal = membership.refusal_to_lose(found)
    assert refusal is not None
    assert "remove the folder swarm" in refusal
    assert membership.refusal_to_lose(membership.swarm_state_on_disk([], complete=True)) is None


def test_what_may_not_be_seen_is_not_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def forbidden(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", forbidden)
    monkeypatch.setattr(Path, "stat", forbidden)
    assert membership.swarm_state_on_disk([tmp_path], complete=True)["state"] == "unknown"


def test_an_engine_that_answers_is_believed(tmp_path: Path):
    join(tmp_path)
    info = {"Swarm": {"LocalNodeState": "inactive"}}
    assert membership.read_membership(info, f"dockerd --data-root={tmp_path}", running=True)["state"] == "inactive"
