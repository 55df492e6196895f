"""What the role promises of an engine's configuration, after it was changed, refused and interrupted."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def config(host):
    return json.loads(host.file("/etc/docker/daemon.json").content_string)


def test_declaration_lies_over_the_defaults(config):
    assert config["labels"] == ["rack=a"]
    assert config["log-opts"] == {"max-size": "5m", "max-file": "3"}
    assert config["storage-driver"] == "overlay2"


def test_containers_do_not_get_more_open_files_than_the_host_has(host, config):
    hard = host.check_output("awk '/Max open files/ {print $5}' /proc/1/limits")
    limit = config["default-ulimits"]["nofile"]
    assert limit["Soft"] <= limit["Hard"] <= int(hard)


def test_engine_has_the_declared_labels(host):
    info = json.loads(host.check_output("docker info --format '{{json .}}'"))
    assert info["Labels"] == ["rack=a"]


def test_proxy_that_is_not_declared_any_more_is_gone(host):
    assert not host.file("/etc/systemd/system/docker.service.d/dockyard.conf").exists
    info = json.loads(host.check_output("docker info --format '{{json .}}'"))
    assert info["HttpsProxy"] == ""


def test_no_half_written_file_stays_behind(host):
    assert not [name for name in host.file("/etc/docker").listdir() if name.startswith(".")]


def test_nothing_is_left_pending(host):
    assert not host.file("/run/dockyard/engine-pending.json").exists


def test_key_that_is_not_declared_any_more_is_gone(host):
    assert not host.file("/etc/dockyard/tls/key.pem").exists
