"""What a user sees when something is wrong: one sentence, what to do, a status that is not zero."""

from __future__ import annotations

from typing import Any

import pytest
import yaml


def said(done: Any) -> str:
    """The error output as one line; fails on a traceback or on success."""
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"projets": ["p"]}, "'projets' is not an option of this plugin. Did you mean 'projects'?"),
        ({"auth_kind": "magic"}, "auth_kind"),
        (
            {"variables": ["machine_type"]},
            "'machine_type' is not a property of an instance. Did you mean 'machineType'?",
        ),
        ({"on_unreachable_zone": "cache"}, "caching is off: set cache to true"),
        ({"access_token": "abc"}, "access_token is set but auth_kind is 'serviceaccount'"),
        ({"service_account_file": "/nowhere/key.json"}, "service_account_file /nowhere/key.json cannot be read"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file /nowhere/ca.pem does not exist"),
        ({"api_endpoint": "ftp//x"}, "is not a web address"),
        ({"timeout": 0}, "timeout must be above 0"),
    ],
)
def test_an_option_that_is_wrong(cloud: Any, cli: Any, wrong: dict[str, Any], sentence: str) -> None:
    assert sentence in said(cli({**cloud.config(["dockyard"]), **wrong}))


def test_no_project_at_all(cloud: Any, cli: Any) -> None:
    token = cloud.simulator.ask("POST", "tokens", {"email": "x@example.com"})["access_token"]
    config = {
        "plugin": "dockyard.swarm.gce",
        "auth_kind": "accesstoken",
        "access_token": token,
        "api_endpoint": f"{cloud.simulator.http}/compute/v1",
    }
    assert "no project is set, and the credentials do not name one: set projects." in said(cli(config))


def test_no_credentials_at_all(cloud: Any, cli: Any) -> None:
    config = {"plugin": "dockyard.swarm.gce", "projects": ["p"]}
    assert "run 'gcloud auth application-default login'" in said(cli(config, NO_GCE_CHECK="true"))


def test_an_unreachable_endpoint(cloud: Any, cli: Any) -> None:
    config = cloud.config(["dockyard"], api_endpoint="http://127.0.0.1:9/compute/v1", retries=0)
    words = said(cli(config))
    assert "http://127.0.0.1:9/compute/v1 cannot be reached" in words
    assert "Check api_endpoint" in words


def test_a_certificate_that_is_not_trusted(cloud: Any, cli: Any) -> None:
    config = cloud.config(["dockyard"], api_endpoint=f"{cloud.simulator.https}/compute/v1")
    assert "is not trusted here" in said(cli(config))
    trusted = cli({**config, "ca_file": cloud.simulator.ca})
    assert trusted.returncode == 0, trusted.stderr


def test_a_key_that_is_no_key(cloud: Any, cli: Any) -> None:
    file = cloud.folder / "key.json"
    file.write_text('{"type": "service_account", "private_key": "secret-words"}')
    words = said(cli(cloud.config(["dockyard"], service_account_file=str(file))))
    assert "is not the JSON key of a service account" in words
    assert "secret-words" not in words


def test_a_configuration_of_the_other_plugin_works_here(cloud: Any, cli: Any) -> None:
    project = cloud.project({"name": "a", "labels": {"env": "prod"}})
    text = yaml.safe_dump(
        {
            "plugin": "dockyard.swarm.gce",
            "zones": ["us-central1-a"],
            "projects": [project],
            "filters": ["status = RUNNING", "scheduling.automaticRestart = true AND status = RUNNING"],
            "service_account_file": str(cloud.key_file),
            "auth_kind": "serviceaccount",
            "scopes": ["https://www.googleapis.com/auth/compute.readonly"],
            "keyed_groups": [{"prefix": "gcp", "key": "labels"}],
            "name_suffix": ".example.com",
            "hostnames": ["name"],
            "compose": {"ansible_host": "networkInterfaces[0].networkIP"},
            "api_endpoint": f"{cloud.simulator.http}/compute/v1",
        }
    )
    done = cli(text)
    assert done.returncode == 0, done.stderr
    assert done.inventory["gcp_env_prod"]["hosts"] == ["a.example.com"]
