"""What is found on a host, in a file system made for it."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._image.traces import EMPTY, REMOVE, find


@pytest.fixture
def host(tmp_path):
    """Writes files; returns what is found, as path to deed."""

    def write_and_find(*paths, content="x", keep_images=False, homes=("/root", "/home/ops")):
        for path in paths:
            target = tmp_path / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        found = find(homes, "/var/lib/docker", keep_images, root=str(tmp_path))
        return {item.path.removeprefix(str(tmp_path)): item.action for item in found}

    return write_and_find


def test_clean_host_has_nothing(host):
    assert host("/etc/passwd", "/usr/bin/docker", "/root/.bashrc", "/etc/docker/daemon.json") == {}


def test_machine_id_is_emptied_and_not_removed(host):
    assert host("/etc/machine-id") == {"/etc/machine-id": EMPTY}


@pytest.mark.parametrize("content", ["", "uninitialized\n"])
def test_machine_id_to_be_made_at_boot_is_fine(host, content):
    assert host("/etc/machine-id", content=content) == {}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/ssh/ssh_host_ed25519_key",
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "/etc/docker/key.json",
        "/etc/dockyard/tls/key.pem",
        "/etc/apt/auth.conf",
        "/etc/apt/auth.conf.d/mirror.conf",
        "/root/.vault-token",
        "/root/.ssh/authorized_keys",
        "/home/ops/.ssh/id_ed25519",
        "/home/ops/.bash_history",
        "/root/.python_history",
        "/var/lib/systemd/random-seed",
        "/var/lib/dhcp/dhclient.leases",
        "/var/log/wtmp",
        "/var/log/dpkg.log.1",
        "/var/log/apt/history.log.2.gz",
        "/var/lib/apt/lists/deb.debian.org_dists",
        "/tmp/.hidden",
        "/var/tmp/build.log",
    ],
)
def test_trace_is_removed(host, path):
    assert host(path) == {path: REMOVE}


def test_log_is_emptied_so_that_its_owner_and_mode_stay(host):
    assert host("/var/log/dpkg.log", "/var/log/apt/history.log") == {
        "/var/log/apt/history.log": EMPTY,
        "/var/log/dpkg.log": EMPTY,
    }


def test_folder_is_removed_once(host):
    found = host("/var/log/journal/0123/system.journal", "/var/log/journal/0123/user.journal")
    assert found == {"/var/log/journal/0123": REMOVE}


def test_engine_keeps_nothing(host):
    found = host("/var/lib/docker/engine-id", "/var/lib/docker/image/x", "/var/lib/docker/swarm/state.json")
    assert sorted(found) == ["/var/lib/docker/engine-id", "/var/lib/docker/image", "/var/lib/docker/swarm"]


def test_engine_keeps_its_images_where_asked(host):
    found = host(
        "/var/lib/docker/engine-id",
        "/var/lib/docker/image/x",
        "/var/lib/docker/overlay2/x",
        "/var/lib/docker/network/x",
        "/var/lib/containerd/io.containerd.content.v1.content/x",
        "/var/lib/containerd/io.containerd.grpc.v1.introspection/uuid",
        keep_images=True,
    )
    assert sorted(found) == [
        "/var/lib/containerd/io.containerd.grpc.v1.introspection/uuid",
        "/var/lib/docker/engine-id",
        "/var/lib/docker/network",
    ]


def test_running_module_is_not_pulled_from_under_itself(host):
    assert host("/tmp/ansible_image_generalise_payload_x/ansible.zip") == {}


@pytest.mark.parametrize(
    "path", ["/root/.aws/credentials", "/home/ops/.kube/config", "/home/ops/.azure/accessTokens.json"]
)
def test_credentials_of_clouds_and_clusters_go_with_their_folder(host, path):
    assert host(path) == {path.rsplit("/", 1)[0]: REMOVE}


def test_the_key_that_daemon_json_names_goes(host, tmp_path):
    host("/etc/docker/daemon.json", content='{"tlsverify": true, "tlskey": "/opt/pki/engine.pem"}')
    assert host("/opt/pki/engine.pem") == {"/opt/pki/engine.pem": REMOVE}
