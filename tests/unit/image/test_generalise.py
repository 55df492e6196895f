"""What is stopped, refused and looked at again."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._image import generalise


def answering(active: str):
    """Systemctl's answers, and a record of what was run."""
    ran: list[list[str]] = []

    def run(command: list[str]) -> tuple[int, str, str]:
        ran.append(command)
        if command[1] == "is-active":
            return 3, "\n".join("active" if unit == active else "inactive" for unit in command[2:]), ""
        return 0, "", ""

    return run, ran


def test_member_of_a_swarm_is_refused(tmp_path):
    (tmp_path / "swarm").mkdir()
    (tmp_path / "swarm" / "docker-state.json").write_text("{}")
    run, ran = answering("docker.service")
    with pytest.raises(generalise.GeneraliseError, match="member of a swarm"):
        generalise.read(generalise.Request(str(tmp_path)), run)
    assert ran == []


def test_only_running_units_are_stopped(tmp_path):
    run, _ran = answering("containerd.service")
    assert generalise.read(generalise.Request(str(tmp_path)), run).stop == ["containerd.service"]


def test_what_comes_back_is_named(tmp_path, monkeypatch):
    back = generalise.Found(str(tmp_path / "log"), "remove", "log")
    monkeypatch.setattr(generalise, "_find", lambda request: [back])
    run, _ran = answering("")
    with pytest.raises(generalise.GeneraliseError, match=f"were created again.*{tmp_path}/log"):
        generalise.apply(generalise.Request(str(tmp_path)), generalise.Plan(), run)


def test_unit_that_does_not_stop_ends_it_before_anything_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(generalise, "_find", lambda request: pytest.fail("looked for traces"))
    with pytest.raises(generalise.GeneraliseError, match=r"systemctl stop docker\.service.*refused"):
        generalise.apply(
            generalise.Request(str(tmp_path)), generalise.Plan(["docker.service"]), lambda command: (1, "", "refused")
        )
