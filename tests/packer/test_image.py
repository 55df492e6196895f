"""What an image promises, asked of its file system and of hosts that started from it."""

from __future__ import annotations

import io
import re
import tempfile
import time

from tests.packer.conftest import NAME, REPOSITORY
from tests.packer.scan import scan


def test_two_bakes_of_the_same_inputs_are_equal(baked):
    one, two = (build.manifest for build in baked)
    assert one == two


def test_manifest_tells_what_is_on_a_host(baked, clones, preloaded):
    """Asked of a host, so that an empty or invented manifest is seen."""
    manifest = baked[0].manifest
    listed = clones.run("m1", "dpkg-query", "--show", "--showformat", "${binary:Package}\t${Version}\n")
    assert manifest["packages"] == dict(line.split("\t") for line in listed.splitlines())
    assert manifest["engine"]["Engine"] == clones.engine("m1", "/version")["Version"]
    assert list(manifest["images"]) == [preloaded.reference]
    digest = clones.run("m1", "sha256sum", "/etc/docker/daemon.json").split()[0]
    assert manifest["configuration"]["/etc/docker/daemon.json"] == f"sha256:{digest}"


def test_image_carries_no_key_token_history_log_or_identity(client, baked, fleet):
    container = client.containers.create(f"{REPOSITORY}:one")
    try:
        with tempfile.TemporaryFile() as archive:
            for chunk in container.export():
                archive.write(chunk)
            archive.seek(0)
            findings = scan(archive, {"the sandbox's key": fleet.key.read_bytes().splitlines()[2]})
    finally:
        container.remove(v=True)
    # The runtime's own, of the container that was made to look inside.
    assert findings == []


def test_scan_finds_what_is_planted():
    """A scan that finds nothing anywhere proves nothing."""
    import tarfile

    planted = {
        "etc/machine-id": b"0123456789abcdef0123456789abcdef\n",
        "home/ops/.bash_history": b"ls\n",
        "srv/x.conf": b"join SWMTKN-1-" + b"a" * 50,
        "opt/k": b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"A" * 64,
        "srv/y": b"needle in a stack",
        "var/log/dpkg.log": b"",
    }
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in planted.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    archive.seek(0)
    findings = scan(archive, {"needle": b"needle"})
    assert [finding.partition(":")[0] for finding in findings] == [
        "etc/machine-id",
        "home/ops/.bash_history",
        "opt/k",
        "srv/x.conf",
        "srv/y",
    ]


def test_hosts_from_one_image_are_different_hosts(clones):
    for command in (
        ("cat", "/etc/machine-id"),
        ("docker", "info", "--format", "{{.ID}}"),
        ("cat", "/etc/ssh/ssh_host_ed25519_key.pub"),
    ):
        answers = [clones.run(host, *command) for host in ("m1", "w1")]
        assert all(answers), command
        assert answers[0] != answers[1], command


def test_hosts_boot_whole(clones):
    for host in ("m1", "w1"):
        assert clones.run(host, "systemctl", "is-system-running") == "running"


def test_role_docker_finds_all_in_place(clones):
    recap = clones.play("docker.yml")
    assert re.findall(r"changed=(\d+)", recap) == ["0", "0"]


def test_swarm_of_clones_has_distinct_nodes(clones):
    clones.play("swarm.yml")
    nodes = clones.engine("m1", "/nodes")
    assert sorted(node["Description"]["Hostname"] for node in nodes) == ["m1", "w1"]
    assert len({node["ID"] for node in nodes}) == 2
    assert {node["Status"]["State"] for node in nodes} == {"ready"}


def test_first_deploy_of_a_preloaded_image_pulls_nothing(clones, preloaded):
    """With the registry gone, a pull would fail the tasks."""
    registry = clones.fleet.client.containers.get(f"{NAME}-registry")
    registry.stop()
    try:
        clones.run(
            "m1", "docker", "service", "create", "--quiet", "--detach", "--no-resolve-image",
            "--mode", "global", "--name", "payload", preloaded.reference,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        states: list[str] = []
        while time.monotonic() < deadline and states != ["running", "running"]:
            tasks = clones.engine("m1", '/tasks?filters={"service":["payload"]}')
            states = [task["Status"]["State"] for task in tasks]
            time.sleep(0.5)
        assert states == ["running", "running"], tasks
        # What a layer deleted stays deleted.
        listing = clones.run("m1", "docker", "run", "--rm", preloaded.reference, "/bin/busybox", "ls", "/")
        assert "bin" in listing.split()
        assert "doomed" not in listing.split()
        clones.run("m1", "docker", "service", "rm", "payload")
    finally:
        registry.start()
