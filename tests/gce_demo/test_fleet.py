"""What a fleet goes through once it is there; in this order. How it comes to be: test_make_demo.py."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import requests
from google.cloud import compute_v1

from sandbox import external
from tests.gce_demo.conftest import FLEET, PROJECT, SANDBOX, ZONE, Project, checkout_of_the_project, run_as
from tests.gce_demo.load import Load

RUNNING = ["--filter", "desired-state=running", "--format", "{{.Node}}"]


def declare(**options: Any) -> list[str]:
    """A task on the whole fleet's declaration, as arguments of ansible-playbook."""
    return [item for key, value in options.items() for item in ("-e", f"{key}={value}")]


def test_metadata_is_readable_inside_and_the_rules_are_there(project: Project) -> None:
    script = (
        "import urllib.request as u; "
        "print(u.urlopen(u.Request('http://169.254.169.254/computeMetadata/v1/instance/labels/swarm-role', "
        "headers={'Metadata-Flavor': 'Google'})).read().decode())"
    )
    assert project.on_host("worker-1", "python3", "-c", script).strip() == "worker"
    assert project.leftovers()["firewalls"] == ["demo-published-tcp-8080", "demo-ssh", "demo-swarm"]


def test_a_second_workstation_needs_only_credentials(
    project: Project, second_home: dict[str, str], tmp_path: Path
) -> None:
    workstation = checkout_of_the_project(tmp_path / "a second checkout")
    credentials = workstation.folder / ".sandbox" / SANDBOX / "credentials.json"
    credentials.parent.mkdir(parents=True)
    shutil.copy(project.folder / credentials.name, credentials)

    contexts = ["playbooks/contexts.yml", *declare(contexts_key=f"{second_home['HOME']}/.ssh/fleet")]
    contexts += declare(contexts_ssh_folder=f"{second_home['HOME']}/.ssh")
    done = workstation.playbook(*contexts, **second_home)
    assert done.status == 0, done.output
    listed = run_as(second_home, "docker", "--context", "manager-1", "node", "ls", "--format", "{{.Hostname}}")
    assert sorted(listed.stdout.split()) == FLEET, listed.stderr
    assert run_as(second_home, "ssh", "worker-1", "hostname").stdout.strip() == "worker-1"
    again = workstation.playbook(*contexts, **second_home)
    assert set(again.changed.values()) == {0}, again.output

    stale = ["context", "create", "--description", "dockyard fleet demo", "--docker", "host=ssh://worker-9", "worker-9"]
    others = ["context", "create", "--description", "somebody else's", "--docker", "host=ssh://other", "other"]
    for context in (stale, others):
        assert run_as(second_home, "docker", *context).returncode == 0
    assert workstation.playbook(*contexts, **second_home).status == 0
    left = run_as(second_home, "docker", "context", "ls", "--format", "{{.Name}}").stdout.split()
    assert sorted(left) == ["default", *FLEET[:1], "other", *FLEET[1:]]


def test_stop_and_start_keep_the_address_and_the_place_in_the_swarm(project: Project) -> None:
    address = project.address("worker-2")
    before = project.nodes()
    (node,) = [key for key, item in before.items() if item["Description"]["Hostname"] == "worker-2"]
    machine = project.api(compute_v1.InstancesClient)
    zone = project.instances()["worker-2"].zone.rsplit("/", 1)[-1]
    project.finish(machine.stop_unary(project=PROJECT, zone=zone, instance="worker-2"))
    assert project.instances()["worker-2"].status == "TERMINATED"
    done = project.playbook("site.yml")
    assert done.status == 0, done.output
    assert project.instances()["worker-2"].status == "RUNNING"
    assert project.address("worker-2") == address
    assert sorted(project.nodes()) == sorted(before), "no node was to be new, and none to be a ghost"
    assert project.nodes()[node]["Status"]["State"] == "ready"


def test_a_restart_of_this_machine_costs_nothing(project: Project) -> None:
    """It stops hosts and Compute API, and forgets translated addresses."""
    addresses = {name: project.address(name) for name in FLEET}
    nodes = sorted(project.nodes())
    os.kill(int((project.folder / "compute_api" / "pid").read_text()), signal.SIGTERM)
    for name, address in addresses.items():
        host = project.client.containers.get(f"{SANDBOX}-{name}")
        external.forget(address, host.labels["dockyard.sandbox.address"])
        host.stop(timeout=30)

    again = project.checkout.make("demo")
    assert again.status == 0, again.output[-4000:]
    assert {name: project.address(name) for name in FLEET} == addresses
    assert sorted(project.nodes()) == nodes
    assert requests.get(project.url, timeout=10).ok


def test_growing_and_shrinking_under_load(project: Project) -> None:
    urls = [f"http://{project.address(name)}:8080/" for name in ("manager-1", "worker-1")]
    four = [*FLEET, "worker-3", "worker-4"]
    # More than one a host, so that there is something to share.
    compose = project.checkout.folder / "stacks/demo/compose.yml"
    before, post, after = compose.read_text().partition("  post:\n")
    compose.write_text(before + post + after.replace("replicas: 2\n", "replicas: 5\n", 1))
    deployed = project.playbook("playbooks/stacks.yml")
    assert deployed.status == 0, deployed.output
    with Load(*urls) as load:
        grown = project.playbook("site.yml", *declare(demo_workers=4, hosts_spread="true"))
        assert grown.status == 0, grown.output
        assert project.names_of_nodes() == four
        listed = project.on_host("manager-1", "docker", "service", "ps", "demo_post", *RUNNING).split()
        assert len(listed) == 5
        assert {"worker-3", "worker-4"} <= set(listed), "new hosts were to get a share"

        kept = project.playbook("playbooks/provision.yml", *declare(demo_workers=2))
        assert kept.status == 0, kept.output
        assert "No longer declared: worker-3, worker-4" in kept.output
        assert sorted(project.instances()) == four

        shrunk = project.playbook("site.yml", *declare(demo_workers=2, hosts_shrink="true"))
        assert shrunk.status == 0, shrunk.output
    assert load.failures == []
    assert load.answered > 100
    assert sorted(project.instances()) == FLEET
    assert project.names_of_nodes() == FLEET
    assert project.leftovers() == {
        "disks": FLEET,
        "addresses": FLEET,
        "firewalls": ["demo-published-tcp-8080", "demo-ssh", "demo-swarm"],
    }


def test_an_image_of_a_hosts_disk_can_be_booted(project: Project) -> None:
    source = project.instances()["worker-2"]
    project.on_host("worker-2", "touch", "/var/lib/baked")
    image = compute_v1.Image(name="baked", family="baked", source_disk=source.disks[0].source)
    images = project.api(compute_v1.ImagesClient)
    # The host runs; Google makes an image of it only when told twice.
    insert = compute_v1.InsertImageRequest(project=PROJECT, image_resource=image, force_create=True)
    project.finish(images.insert_unary(request=insert))
    boot = compute_v1.AttachedDisk(
        boot=True,
        auto_delete=True,
        initialize_params=compute_v1.AttachedDiskInitializeParams(
            source_image=f"projects/{PROJECT}/global/images/family/baked"
        ),
    )
    clone = compute_v1.Instance(
        name="clone",
        machine_type=f"zones/{ZONE}/machineTypes/e2-small",
        disks=[boot],
        network_interfaces=[compute_v1.NetworkInterface(network="global/networks/default")],
    )
    machines = project.api(compute_v1.InstancesClient)
    project.finish(machines.insert_unary(project=PROJECT, zone=ZONE, instance_resource=clone))
    try:
        project.on_host("clone", "test", "-e", "/var/lib/baked")
        project.on_host(
            "clone", "timeout", "60", "sh", "-c", "until systemctl is-active sandbox-identity; do sleep 1; done"
        )
        keys = [project.on_host(name, "cat", "/etc/ssh/ssh_host_ed25519_key.pub") for name in ("worker-2", "clone")]
        assert keys[0] != keys[1]
    finally:
        project.finish(machines.delete_unary(project=PROJECT, zone=ZONE, instance="clone"))
        project.finish(images.delete_unary(project=PROJECT, image="baked"))


def test_nothing_is_left_after_the_end(project: Project) -> None:
    refused = project.playbook("playbooks/deprovision.yml")
    assert refused.status != 0
    assert "-e hosts_confirm=demo" in refused.output
    assert sorted(project.instances()) == FLEET
    done = project.playbook("playbooks/deprovision.yml", *declare(hosts_confirm="demo"))
    assert done.status == 0, done.output
    assert project.instances() == {}
    assert project.leftovers() == {"disks": [], "addresses": [], "firewalls": []}
    label = {"label": [f"dockyard.sandbox={SANDBOX}", "dockyard.sandbox.instance"]}
    assert project.client.containers.list(all=True, filters=label) == []


def test_check_mode_in_an_empty_project_tells_what_it_would_make(project: Project) -> None:
    predicted = project.playbook("site.yml", "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert predicted.changed["localhost"] > 0
    for name in FLEET:
        assert name in predicted.output
    assert project.instances() == {}
    assert project.leftovers() == {"disks": [], "addresses": [], "firewalls": []}
