"""What Ansible is told about a sandbox's hosts."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.__main__ import main
from sandbox.fleet import Fleet, Host
from sandbox.inventory import inventory, managers_of, write
from sandbox.progress import SandboxError

HOSTS = [Host("m1", "10.0.0.10"), Host("w1", "10.0.0.11"), Host("w2", "10.0.0.12")]


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, Any]:
    fleet = Fleet(None, "try", tmp_path / "a folder" / "try")
    return inventory(fleet, HOSTS, ["m1"])["docker_hosts"]


def test_every_host_has_exactly_one_role(declared: dict[str, Any]) -> None:
    children = declared["children"]
    assert set(children["swarm_managers"]["hosts"]) == {"m1"}
    assert set(children["swarm_workers"]["hosts"]) == {"w1", "w2"}


def test_hosts_are_reached_by_address(declared: dict[str, Any]) -> None:
    assert declared["children"]["swarm_workers"]["hosts"]["w2"] == {"ansible_host": "10.0.0.12"}


def test_host_keys_are_checked_even_where_the_path_has_spaces(declared: dict[str, Any]) -> None:
    arguments = shlex.split(declared["vars"]["ansible_ssh_common_args"])
    known_hosts = arguments[arguments.index("-o") + 1]
    # ssh itself splits the value at white space unless it is quoted once more.
    assert known_hosts.startswith('UserKnownHostsFile="/')
    assert known_hosts.endswith('/a folder/try/known_hosts"')
    assert not any("StrictHostKeyChecking" in argument for argument in arguments)


def test_what_is_written_reads_back(tmp_path: Path, declared: dict[str, Any]) -> None:
    path = tmp_path / "deep" / "hosts.yml"
    write(path, {"docker_hosts": declared})
    assert yaml.safe_load(path.read_text()) == {"docker_hosts": declared}


@pytest.mark.parametrize(
    ("names", "managers", "expected"),
    [
        (["m1", "w1"], [], ["m1"]),
        (["w1", "m2", "m1"], [], ["m2", "m1"]),
        (["a", "b"], ["a"], ["a"]),
        (["m1", "m2"], ["m2"], ["m2"]),
    ],
)
def test_names_tell_who_is_a_manager(names: list[str], managers: list[str], expected: list[str]) -> None:
    assert managers_of(names, managers) == expected


@pytest.mark.parametrize(
    ("names", "managers", "words"),
    [
        (["m1", "node1", "x"], [], "node1, x: the sandbox takes a host's role from its name"),
        (["w1", "w2"], [], "has no manager"),
        (["m1", "M2"], [], "M2: a host's name"),
        (["m1", "m_2"], [], "m_2: a host's name"),
        (["m1", "w" * 64], [], "a host's name"),
        (["m1", "m1"], [], "m1 more than once"),
        (["a"], ["b"], "--managers has b, which --hosts has not"),
    ],
)
def test_names_that_do_not_tell_are_refused(names: list[str], managers: list[str], words: str) -> None:
    with pytest.raises(SandboxError, match=words):
        managers_of(names, managers)


def test_the_command_refuses_them_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sandbox.machine.engine", lambda _log: pytest.fail("asked for an engine"))
    monkeypatch.setattr("sandbox.machine.make_room", lambda: None)
    monkeypatch.setattr("sandbox.__main__.STATE", tmp_path)
    assert main(["up", "--name", "try", "--hosts", "node1,w1"]) == 1
    assert "node1: the sandbox takes a host's role from its name" in "".join(capsys.readouterr())
