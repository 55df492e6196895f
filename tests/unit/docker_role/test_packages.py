"""Which packages make an engine, and what has to be installed, held or removed."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import apt, dnf
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import plan as packages
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import (
    Distribution,
    UnsupportedHostError,
    parse,
)

BOOKWORM = Distribution("debian", "12", "bookworm", "apt", "amd64")
TRIXIE = Distribution("debian", "13", "trixie", "apt", "amd64")
NOBLE = Distribution("ubuntu", "24.04", "noble", "apt", "arm64")
ROCKY = Distribution("rocky", "9.4", "", "dnf", "x86_64")
FEDORA = Distribution("fedora", "42", "", "dnf", "x86_64")
CE = packages.wanted_packages(BOOKWORM, "docker", [])
CANDIDATES = {
    name: [f"5:{version}-1~debian.12~bookworm" for version in ("28.0.1", "27.5.1", "27.5.0", "27.4.0")]
    for name in CE.engine
}
INSTALLED = {
    **dict.fromkeys(CE.engine, "5:27.5.1-1~debian.12~bookworm"),
    **dict.fromkeys(CE.others, "1"),
}


def decide(version="", hold=False, installed=INSTALLED, held=(), candidates=CANDIDATES, wanted=CE):
    return packages.decide(wanted, version, hold, installed, set(held), candidates)


@pytest.mark.parametrize(
    ("text", "machine", "identity", "manager", "architecture"),
    [
        ('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm', "x86_64", "debian", "apt", "amd64"),
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"', "aarch64", "ubuntu", "apt", "arm64"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"', "x86_64", "rocky", "dnf", "x86_64"),
        ("ID=fedora\nVERSION_ID=42", "aarch64", "fedora", "dnf", "aarch64"),
    ],
)
def test_distribution_is_read(text, machine, identity, manager, architecture):
    system = parse(text, machine)
    assert (system.identity, system.manager, system.architecture) == (identity, manager, architecture)


def test_other_systems_are_refused_by_name():
    with pytest.raises(UnsupportedHostError, match="Alpine Linux v3"):
        parse('ID=alpine\nPRETTY_NAME="Alpine Linux v3"', "x86_64")


@pytest.mark.parametrize(
    ("system", "engine"),
    [(BOOKWORM, ["docker.io"]), (TRIXIE, ["docker.io", "docker-cli"]), (NOBLE, ["docker.io"])],
)
def test_engine_of_the_distribution(system, engine):
    assert packages.wanted_packages(system, "distribution", []).engine == engine


@pytest.mark.parametrize("system", [BOOKWORM, TRIXIE, NOBLE, ROCKY, FEDORA])
def test_engine_of_docker(system):
    wanted = packages.wanted_packages(system, "docker", ["buildx", "compose", "rootless"])
    assert {"docker-ce", "docker-ce-cli", "docker-ce-rootless-extras"} == set(wanted.engine)
    assert {"containerd.io", "docker-buildx-plugin", "docker-compose-plugin"} <= set(wanted.others)
    assert not set(wanted.names) & set(wanted.obsolete)


@pytest.mark.parametrize(
    ("system", "source"),
    [
        *((system, "docker") for system in (BOOKWORM, TRIXIE, NOBLE, ROCKY, FEDORA)),
        *((system, "distribution") for system in (BOOKWORM, TRIXIE, NOBLE, FEDORA)),
    ],
)
def test_a_host_needs_nothing_of_python_unless_it_is_asked_for(system, source):
    assert "python3-docker" not in packages.wanted_packages(system, source, []).names
    assert "python3-docker" in packages.wanted_packages(system, source, ["python"]).others


def test_each_sources_packages_are_the_others_obsolete_ones():
    assert "docker.io" in packages.wanted_packages(BOOKWORM, "docker", []).obsolete
    assert "docker-ce" in packages.wanted_packages(BOOKWORM, "distribution", []).obsolete


def test_enforced_apparmor_needs_its_tools():
    assert "apparmor" in packages.wanted_packages(BOOKWORM, "docker", [], apparmor=True).others
    assert "apparmor" not in CE.others


def test_what_a_distribution_does_not_package_is_named():
    with pytest.raises(packages.PackageError, match="debian 12 has no package for compose"):
        packages.wanted_packages(BOOKWORM, "distribution", ["compose"])
    with pytest.raises(packages.PackageError, match="rocky packages no Docker Engine"):
        packages.wanted_packages(ROCKY, "distribution", [])


@pytest.mark.parametrize(
    ("asked", "version", "expected"),
    [
        ("27.5", "5:27.5.1-1~debian.12~bookworm", True),
        ("27.5.1", "5:27.5.1-1~debian.12~bookworm", True),
        ("27", "5:27.5.1-1~debian.12~bookworm", True),
        ("27.5", "5:27.50.0-1", False),
        ("7.5", "5:27.5.1-1", False),
        ("5", "5:27.5.1-1", False),
        ("20.10.24", "20.10.24+dfsg1-1+deb12u1+b2", True),
        ("5:27.5.1-1~debian.12~bookworm", "5:27.5.1-1~debian.12~bookworm", True),
    ],
)
def test_beginning_of_a_version(asked, version, expected):
    assert packages.matches(asked, version) is expected


def test_bare_host_gets_the_newest_matching_version():
    change = decide("27.5", hold=True, installed={})
    assert change.install["docker-ce"] == "5:27.5.1-1~debian.12~bookworm"
    assert change.install["containerd.io"] == ""
    assert change.hold == ["docker-ce", "docker-ce-cli"]


def test_nothing_to_do_when_all_is_as_declared():
    assert not decide("27.5", hold=True, held=CE.engine).any
    assert not decide().any


def test_version_not_named_leaves_an_old_engine_alone():
    old = {**INSTALLED, "docker-ce": "5:27.4.0-1~debian.12~bookworm"}
    assert not decide("", installed=old).any


@pytest.mark.parametrize(("asked", "expected"), [("28", "28.0.1"), ("27.4", "27.4.0"), ("latest", "28.0.1")])
def test_up_and_down_when_asked(asked, expected):
    assert decide(asked).install == dict.fromkeys(CE.engine, f"5:{expected}-1~debian.12~bookworm")


def test_changing_a_held_package_holds_it_again():
    """Seen on a real host: apt ends the hold of what it was allowed to change."""
    change = decide("28", hold=True, held=CE.engine)
    assert change.hold == sorted(CE.engine)


def test_hold_is_given_back_when_not_wanted():
    assert decide(hold=False, held=["docker-ce"]).unhold == ["docker-ce"]


def test_hold_that_is_not_declared_stays():
    assert not decide(hold=None, held=["docker-ce"]).any


def test_unknown_version_lists_what_there_is():
    with pytest.raises(packages.PackageError, match=r"No version of docker-ce matches 29.*5:28\.0\.1"):
        decide("29")


def test_sources_that_cannot_be_asked_yet_leave_the_version_open():
    assert decide("27.5", installed={}, candidates={}).install["docker-ce"] == ""


def test_old_package_lists_do_not_tell_that_a_version_does_not_exist():
    candidates = {"docker-ce": ["5:27.5.1-1"], "docker-ce-cli": ["5:27.5.1-1"], "containerd.io": ["1.7"]}
    assert packages.that_answer(CE, "28", candidates) == {"containerd.io": ["1.7"]}
    assert packages.that_answer(CE, "27.5", candidates) == candidates
    assert packages.that_answer(CE, "latest", candidates) == candidates
    assert decide("28", candidates={"containerd.io": ["1.7"]}).install["docker-ce"] == ""


def test_other_sources_packages_go_in_the_same_transaction():
    change = decide(installed={**INSTALLED, "docker.io": "20.10"})
    assert change.remove == ["docker.io"]
    assert apt.transaction(change)[-1] == "docker.io-"


def test_removal_takes_engines_of_both_sources_and_nothing_else():
    change = packages.removal(BOOKWORM, {**INSTALLED, "vim": "9"}, {"docker-ce"})
    assert "vim" not in change.remove
    assert "ca-certificates" not in change.remove
    assert {"docker-ce", "containerd.io"} <= set(change.remove)
    assert change.unhold == ["docker-ce"]


@pytest.mark.parametrize(
    ("version", "installed", "expected"),
    [
        ("", INSTALLED, False),
        ("27.5", INSTALLED, False),
        ("28", INSTALLED, True),
        ("latest", INSTALLED, True),
        ("", {}, True),
    ],
)
def test_sources_are_asked_only_when_what_is_installed_does_not_answer(version, installed, expected):
    assert packages.needs_candidates(CE, version, installed) is expected


def test_dpkg_status_is_read():
    text = "install\tinstalled\tvim\t9\nhold\tinstalled\tdocker-ce\t5:27\ndeinstall\tconfig-files\told\t1\n"
    assert apt.parse_status(text) == ({"vim": "9", "docker-ce": "5:27"}, {"docker-ce"})


def test_madison_is_read_newest_first_without_repetition():
    text = " docker-ce | 5:28 | http://a stable/main x\n docker-ce | 5:27 | http://a x\n docker-ce | 5:27 | b\n"
    assert apt.parse_madison(text) == {"docker-ce": ["5:28", "5:27"]}


def test_apt_transaction_is_one_command_that_may_go_down_and_keeps_files():
    words = apt.transaction(decide("27.4"))
    assert "--allow-downgrades" in words
    assert "Dpkg::Options::=--force-confold" in words
    assert "docker-ce=5:27.4.0-1~debian.12~bookworm" in words


def test_dnf_unlocks_installs_and_locks_again():
    wanted = packages.wanted_packages(ROCKY, "docker", [])
    installed = {**dict.fromkeys(wanted.names, "27.5.1-1.el9"), dnf.LOCK_PLUGIN: "4", "podman-docker": "5"}
    known = {name: ["28.0.1-1.el9", "27.5.1-1.el9"] for name in wanted.engine}
    change = packages.decide(wanted, "28", True, installed, set(wanted.engine), known)
    commands = [" ".join(words) for words in dnf.transactions(change, installed)]
    assert "versionlock delete docker-ce docker-ce-cli" in commands[0]
    assert "remove podman-docker" in commands[1]
    assert "docker-ce-28.0.1-1.el9" in commands[2]
    assert "versionlock add docker-ce docker-ce-cli" in commands[3]


def test_dnf_brings_the_lock_plugin_with_the_first_lock():
    wanted = packages.wanted_packages(FEDORA, "distribution", [])
    change = packages.decide(wanted, "27", True, {}, set(), {name: ["27.3.1-2.fc42"] for name in wanted.engine})
    install, lock = dnf.transactions(change, {})
    assert dnf.LOCK_PLUGIN in install
    assert lock[-2:] == sorted(wanted.engine)


def test_dnf_lists_are_read():
    assert dnf.parse_repoquery("docker-ce\t27.4-1\ndocker-ce\t27.5-1\n") == {"docker-ce": ["27.5-1", "27.4-1"]}
    installed = {"docker-ce": "27", "docker-ce-cli": "27"}
    assert dnf.parse_locked("docker-ce-3:27.5.1-1.el9.*\n", installed) == {"docker-ce"}
