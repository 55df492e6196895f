"""A derivative gets the packages of the release it is made of, and dnf 5 is understood as dnf 4 is."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import daemon_json
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.schema import type_problems, unknown_problems
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import apt, dnf, repository
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import parse
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import Change, wanted_packages

OPTIONS = {"url": "", "suite": "", "channel": "stable", "key_url": "", "fingerprint": ""}
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n'
POP = 'ID=pop\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n'
ZORIN = 'ID=zorin\nID_LIKE="ubuntu debian"\nVERSION_ID="17"\nVERSION_CODENAME=jammy\nUBUNTU_CODENAME=jammy\n'
LMDE = "ID=linuxmint\nID_LIKE=debian\nVERSION_ID=6\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n"
MX = "ID=mx\nID_LIKE=debian\nVERSION_ID=23\nVERSION_CODENAME=bookworm\n"
KALI = "ID=kali\nID_LIKE=debian\nVERSION_ID=2025.1\nVERSION_CODENAME=kali-rolling\n"
RASPBIAN = "ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n"
DEBIAN = "ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\nDEBIAN_VERSION_FULL=13.1\n"
UBUNTU = "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=24.04\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n"


@pytest.mark.parametrize(
    ("os_release", "folder", "suite"),
    [
        (MINT, "ubuntu", "noble"),
        (POP, "ubuntu", "jammy"),
        (ZORIN, "ubuntu", "jammy"),
        (LMDE, "debian", "bookworm"),
        (MX, "debian", "bookworm"),
        (RASPBIAN, "raspbian", "bookworm"),
        (DEBIAN, "debian", "trixie"),
        (UBUNTU, "ubuntu", "noble"),
    ],
)
def test_dockers_repository_is_that_of_the_release_it_is_made_of(os_release: str, folder: str, suite: str):
    found = repository.describe(parse(os_release, "x86_64"), OPTIONS)
    assert (found.url, found.suite) == (f"https://download.docker.com/linux/{folder}", suite)


def test_a_derivative_that_does_not_say_is_not_guessed_at():
    with pytest.raises(repository.RepositoryError, match="docker_repository_suite"):
        repository.describe(parse(KALI, "x86_64"), OPTIONS)
    assert repository.describe(parse(KALI, "x86_64"), {**OPTIONS, "suite": "trixie"}).suite == "trixie"


@pytest.mark.parametrize(("os_release", "engine"), [(LMDE, ["docker.io"]), (DEBIAN, ["docker.io", "docker-cli"])])
def test_packages_of_the_distribution_are_those_of_its_release(os_release: str, engine: list[str]):
    assert wanted_packages(parse(os_release, "x86_64"), "distribution", []).engine == engine


def test_packages_of_ubuntu_fit_its_derivatives():
    assert "docker-compose-v2" in wanted_packages(parse(MINT, "x86_64"), "distribution", ["compose"]).names


LOCKED_BY_DNF5 = """# Added by 'versionlock add' command on 2025-02-03 10:11:12
Package name: docker-ce
evr = 3:28.0.1-1.fc41
# Added by 'versionlock add' command on 2025-02-03 10:11:12
Package name: docker-ce-cli
evr = 1:28.0.1-1.fc41
"""


def test_locks_of_dnf5_are_read():
    installed = {"docker-ce": "28.0.1-1.fc41", "docker-ce-cli": "28.0.1-1.fc41", "bash": "5.2-1"}
    assert dnf.parse_locked(LOCKED_BY_DNF5, installed) == {"docker-ce", "docker-ce-cli"}


def test_dnf5_needs_no_plugin_to_lock():
    asked: list[list[str]] = []

    def run(command: list[str]) -> tuple[int, str, str]:
        asked.append(command)
        return 0, "dnf5\t5.2.8-1.fc41\ndocker-ce\t28.0.1-1.fc41\n" if command[0] == "rpm" else LOCKED_BY_DNF5, ""

    installed, locked = dnf.read_installed(run)
    assert "docker-ce" in locked
    commands = dnf.transactions(Change(install={"docker-ce": "28.0.2-1.fc41"}, hold=["docker-ce"]), installed)
    assert not [words for words in commands if dnf.LOCK_PLUGIN in words]
    assert [words[3] for words in commands] == ["versionlock", "install", "versionlock"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("min-api-version", "1.24"),
        ("nri-opts", {"enable": True}),
        ("firewall-backend", "iptables"),
        ("allow-direct-routing", True),
        ("bridge-accept-fwmark", "0x1/0x3"),
        ("ip-forward-no-drop", True),
        ("host-gateway-ips", ["192.0.2.1"]),
        ("bip6", "fd00::1/64"),
        ("cri-containerd", True),
    ],
)
def test_keys_of_newer_engines_are_known(key: str, value: object):
    assert type_problems({key: value}) == []
    assert unknown_problems({key: value}, (29, 3)) == []


def test_a_key_of_a_newer_engine_is_refused_by_an_older_one():
    assert unknown_problems({"min-api-version": "1.24"}, (28, 5)) == [
        "min-api-version needs Docker 29.0, and this host has 28.5"
    ]


@pytest.mark.parametrize(
    ("declared", "driver"),
    [
        ({"features": {"containerd-snapshotter": True}}, None),
        ({"features": {"containerd-snapshotter": True}, "storage-driver": "overlayfs"}, "overlayfs"),
        ({"features": {"containerd-snapshotter": False}}, "overlay2"),
        ({}, "overlay2"),
    ],
)
def test_containerds_image_store_gets_no_storage_driver_of_the_old_one(declared: dict, driver: str | None):
    merged = daemon_json.merge(daemon_json.safe_defaults(1500, None), declared, {"storage-driver": "overlay2"})
    assert merged.get("storage-driver") == driver


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where policy-rc.d is."""
    path = tmp_path / "policy-rc.d"
    monkeypatch.setattr(apt, "_POLICY", str(path))
    return path


class KilledError(BaseException):
    """SIGKILL: nothing after it runs."""


def killed_while_installing(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies between writing policy-rc.d and removing it."""

    def killed(_command: list[str]) -> tuple[int, str, str]:
        raise KilledError

    with monkeypatch.context() as during:
        during.setattr(apt, "restore_policy", lambda: None)
        with pytest.raises(KilledError):
            apt.apply(killed, Change(install={"docker-ce": ""}))
    assert "exit 101" in policy.read_text()


def test_our_own_policy_is_not_taken_for_the_administrators(policy: Path, monkeypatch: pytest.MonkeyPatch):
    killed_while_installing(policy, monkeypatch)
    assert apt.is_left_behind()
    apt.apply(lambda _command: (0, "", ""), Change(install={"docker-ce": ""}))
    assert not policy.exists()


def test_the_administrators_policy_comes_back(policy: Path, monkeypatch: pytest.MonkeyPatch):
    policy.write_text("#!/bin/sh\nexit 101\n")
    killed_while_installing(policy, monkeypatch)
    apt.apply(lambda _command: (0, "", ""), Change(install={"docker-ce": ""}))
    assert policy.read_text() == "#!/bin/sh\nexit 101\n"
    assert not apt.is_left_behind()


def test_what_was_left_behind_goes_without_another_installation(policy: Path, monkeypatch: pytest.MonkeyPatch):
    killed_while_installing(policy, monkeypatch)
    apt.restore_policy()
    assert not policy.exists()
