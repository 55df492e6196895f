"""`provision` and `deprovision` know providers by their contract only: ours, and one that nobody here knows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.compute_api.process import Simulator
from tests.integration.providers.conftest import PROJECT, ROOT, Done

Playbook = Callable[..., Done]
PROVISION = "dockyard.swarm.provision"
SECRET = "s3cr3t-of-an-agent"
HOSTS = """
[all:vars]
ansible_connection=local
ansible_python_interpreter={{ ansible_playbook_python }}
[swarm_managers]
m1
[swarm_workers]
w1
[retired]
w2
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Three hosts, one of which nobody wants."""
    file = tmp_path / "hosts.ini"
    file.write_text(HOSTS, "utf-8")
    return file


def declare(**variables: Any) -> list[str]:
    return ["-e", json.dumps(variables)]


# -- static --------------------------------------------------------------------------------------------


def test_hosts_that_are_there_need_nothing(playbook: Playbook, inventory: Path) -> None:
    done = playbook(PROVISION, "-i", str(inventory))
    assert done.status == 0, done.output
    assert done.changed() == 0
    assert "Wait until the host accepts" not in done.output


def test_hosts_that_another_tool_has_just_started_are_waited_for(playbook: Playbook, inventory: Path) -> None:
    done = playbook(PROVISION, "-i", str(inventory), *declare(static_hosts_wait=True, hosts_boot_timeout=30))
    assert done.status == 0, done.output
    assert {"m1", "w1"} <= {line.split()[0] for line in done.output.splitlines() if ": ok=" in line}


def test_a_host_declared_as_surplus_is_reported_and_stays(playbook: Playbook, inventory: Path) -> None:
    done = playbook(PROVISION, "-i", str(inventory), *declare(static_hosts_surplus=["w2"]))
    assert done.status == 0, done.output
    assert "No longer declared: w2. They are kept; -e hosts_shrink=true" in done.errors


@pytest.mark.parametrize("name", ["w1", "nobody"])
def test_a_surplus_host_that_is_declared_or_unknown_is_refused(playbook: Playbook, inventory: Path, name: str) -> None:
    done = playbook(PROVISION, "-i", str(inventory), *declare(static_hosts_surplus=[name]))
    assert done.status != 0
    assert f"static_hosts_surplus is {name}" in done.errors


def test_hosts_of_others_are_not_deleted(playbook: Playbook, inventory: Path) -> None:
    unconfirmed = playbook("dockyard.swarm.deprovision", "-i", str(inventory))
    assert "-e hosts_confirm=dockyard" in unconfirmed.errors
    for confirm in ("hosts_confirm", "confirm"):
        done = playbook("dockyard.swarm.deprovision", "-i", str(inventory), "-e", f"{confirm}=dockyard")
        assert done.status != 0
        assert "does not delete hosts" in done.errors


# -- a provider of somebody else -----------------------------------------------------------------------


@pytest.fixture
def acme(tmp_path: Path) -> dict[str, str]:
    """A collection with a provider, and the environment in which Ansible finds it."""
    tasks = tmp_path / "collections/ansible_collections/acme/cloud/roles/machines/tasks"
    tasks.mkdir(parents=True)
    report = 'ansible.builtin.set_fact: {machines_report: "{{ acme_report }}"}'
    (tasks / "main.yml").write_text(f"- name: Report\n  {report}\n")
    delete = "ansible.builtin.debug: {msg: \"deleting [{{ hosts_to_delete | join(',') }}]\"}"
    (tasks / "shrink.yml").write_text(f"- name: Delete\n  {delete}\n")
    (tasks / "absent.yml").write_text("- name: Delete all\n  ansible.builtin.debug: {msg: all is deleted}\n")
    return {"ANSIBLE_COLLECTIONS_PATH": f"{ROOT / '.collections'}:{tmp_path / 'collections'}"}


def test_another_provider_keeps_the_contract(playbook: Playbook, inventory: Path, acme: dict[str, str]) -> None:
    variables = {"hosts_provider": "acme.cloud.machines", "hosts_fleet": "shop"}
    report = {"booted": ["w1"], "surplus": ["w2"]}
    done = playbook(PROVISION, "-i", str(inventory), *declare(acme_report=report, **variables), **acme)
    assert done.status == 0, done.output
    assert "No longer declared: w2" in done.errors
    assert "deleting" not in done.output
    gone = playbook(
        "dockyard.swarm.deprovision", "-i", str(inventory), *declare(hosts_confirm="shop", **variables), **acme
    )
    assert "all is deleted" in gone.output


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ({"booted": "w1", "surplus": []}, "machines_report.booted must be a list of host names, not the string 'w1'"),
        ({"booted": []}, "machines_report lacks the list surplus"),
        ({"booted": [], "surplus": ["gone"]}, "machines_report.surplus has gone, which are not in the inventory"),
    ],
)
def test_a_report_that_does_not_keep_it_ends_the_run(
    playbook: Playbook, inventory: Path, acme: dict[str, str], report: Any, words: str
) -> None:
    variables = {"hosts_provider": "acme.cloud.machines", "acme_report": report, "hosts_shrink": True}
    done = playbook(PROVISION, "-i", str(inventory), *declare(**variables), **acme)
    assert done.status != 0
    assert words in done.errors


def test_a_misspelt_provider_is_told(playbook: Playbook, inventory: Path) -> None:
    done = playbook(PROVISION, "-i", str(inventory), "-e", "hosts_provider=gec")
    assert done.status != 0
    assert "hosts_provider is 'gec', which does not exist: set it to gce, static" in done.errors


# -- gce -----------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(simulator: Simulator, tmp_path: Path) -> dict[str, Any]:
    """The declaration of a fleet, all of which could be made."""
    key = simulator.key_file("ops@dockyard.iam.gserviceaccount.com", PROJECT, tmp_path / "ops.json")
    return {
        "gce_hosts_fleet": "shop",
        "gce_hosts_session": {
            "project": PROJECT,
            "auth_kind": "serviceaccount",
            "service_account_file": str(key),
            "api_endpoint": f"{simulator.http}/compute/v1",
        },
        "gce_hosts_zones": ["europe-west1-b"],
        "gce_hosts_image_family": "debian-13",
        "gce_hosts_image_project": "debian-cloud",
        "gce_hosts_ssh_keys": ["ops:ssh-ed25519 AAAA ops"],
        "gce_hosts_ssh_source_ranges": ["192.0.2.0/24"],
        "gce_hosts_groups": [{"name": "shop-worker", "count": 1}],
    }


def made(simulator: Simulator) -> list[str]:
    """Everything in the project that a run could have made."""
    token = simulator.ask("POST", "tokens", {"email": "somebody@example.com"})["access_token"]
    found: list[str] = []
    for path in ("aggregated/instances", "aggregated/addresses", "global/firewalls"):
        url = f"{simulator.http}/compute/v1/projects/{PROJECT}/{path}"
        answer = simulator._session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=30).json()
        items = answer.get("items", [])
        slots = [items] if isinstance(items, list) else [slot.get(path.split("/")[1], []) for slot in items.values()]
        found += [item["name"] for slot in slots for item in slot]
    return sorted(found)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gce_hosts_ssh_keys": []}, "no public key is declared (gce_hosts_ssh_keys)"),
        ({"gce_hosts_ssh_source_ranges": []}, "no network may open SSH connections (gce_hosts_ssh_source_ranges)"),
        ({"gce_hosts_ssh_keys": [], "gce_hosts_ssh_source_ranges": []}, "not chosen (gce_hosts_ssh_login); no network"),
    ],
)
@pytest.mark.parametrize("check", [[], ["--check"]])
def test_a_fleet_that_nobody_can_enter_is_refused_before_anything_is_made(
    playbook: Playbook, fleet: dict[str, Any], simulator: Simulator, changes: Any, words: str, check: list[str]
) -> None:
    done = playbook("dockyard.swarm.site", *check, *declare(**{**fleet, **changes}))
    assert done.status != 0
    assert words in done.errors
    assert made(simulator) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"gce_hosts_ssh_keys": [], "gce_hosts_ssh_login": "os_login"},
        {"gce_hosts_ssh_source_ranges": [], "gce_hosts_ssh_iap": True},
        {"gce_hosts_ssh_source_ranges": [], "gce_hosts_firewall": False},
        {"gce_hosts_ssh_source_ranges": [], "gce_hosts_ssh_keys": [], "gce_hosts_ssh_unmanaged": True},
        {
            "gce_hosts_ssh_keys": [],
            "gce_hosts_groups": [{"name": "a", "count": 1, "metadata": {"ssh-keys": "ops:ssh-ed25519 AAAA"}}],
        },
    ],
)
def test_a_fleet_that_somebody_can_enter_is_not(playbook: Playbook, fleet: dict[str, Any], changes: Any) -> None:
    done = playbook(PROVISION, "--check", *declare(**{**fleet, **changes}))
    assert done.status == 0, done.output
    assert done.changed() >= 1


def test_secrets_of_a_fleet_are_in_no_output(playbook: Playbook, fleet: dict[str, Any], simulator: Simulator) -> None:
    group = {
        "name": "shop-worker",
        "count": 1,
        "metadata": {"agent-token": SECRET},
        "startup_script": f"echo {SECRET}",
    }
    arguments = declare(**{**fleet, "gce_hosts_groups": [group], "gce_hosts_external_address": "none"})
    checked = playbook(PROVISION, "--check", "--diff", "-vvv", *arguments)
    assert checked.status == 0, checked.output
    assert "agent-token" in checked.output
    assert SECRET not in checked.output
    declared = {**fleet, "gce_hosts_groups": [group], "gce_hosts_machine_type": "none-such"}
    failed = playbook(PROVISION, "--diff", "-vvv", *declare(**declared))
    assert failed.status != 0
    assert SECRET not in failed.output
    # Contents in the place of a file, as from a vault; and the tokens that the API gives for them.
    key = Path(fleet["gce_hosts_session"]["service_account_file"]).read_text("utf-8")
    session = {**fleet["gce_hosts_session"], "auth_kind": "serviceaccount", "service_account_contents": key}
    del session["service_account_file"]
    told = playbook(PROVISION, "--check", "--diff", "-vvv", *declare(**{**fleet, "gce_hosts_session": session}))
    assert told.status == 0, told.output
    lines = json.loads(key)["private_key"].splitlines()
    for done in (checked, failed, told):
        assert not [line for line in lines[1:-1] if line in done.output]
        assert "PRIVATE KEY" not in done.output
        assert "ya29." not in done.output


NO_FILE = "{{ lookup('ansible.builtin.file', '/nonexistent/key.pub') }}"


def test_a_second_workstation_needs_no_file_of_the_first(
    playbook: Playbook, fleet: dict[str, Any], tmp_path: Path
) -> None:
    """Its declaration reads keys from files that only the workstation which made the hosts has."""
    variables = {
        **fleet,
        "gce_hosts_ssh_keys": [NO_FILE],
        "hosts_confirm": "shop",
        "hosts_public_keys": ["a:ssh-rsa A"],
    }
    deleted = playbook("dockyard.swarm.deprovision", *declare(**variables))
    assert deleted.status == 0, deleted.output
    play = tmp_path / "authorize.yml"
    role = {"ansible.builtin.include_role": {"name": "dockyard.swarm.hosts", "tasks_from": "authorize"}}
    task = {"name": "Authorize", **role}
    play.write_text(json.dumps([{"name": "Authorize", "hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    authorized = playbook(
        str(play), "-e", "ansible_python_interpreter={{ ansible_playbook_python }}", *declare(**variables)
    )
    assert authorized.status == 0, authorized.output
