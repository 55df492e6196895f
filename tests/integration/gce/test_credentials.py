"""Each way to say who asks, with the number of tokens it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleParserError


def without_identity(cloud: Any, projects: list[str] | None, **options: Any) -> dict[str, Any]:
    config = cloud.config(projects or [], **options)
    del config["auth_kind"], config["service_account_file"]
    if projects is None:
        del config["projects"]
    return {**config, **options}


def test_a_service_account_by_file_takes_one_token(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    assert set(run(cloud.config([project])).hosts) == {"a"}
    assert cloud.tokens == 1
    assert len(cloud.calls("aggregatedList")) == 1


def test_a_service_account_by_contents(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    contents = cloud.key_file.read_text()
    config = without_identity(cloud, [project], auth_kind="serviceaccount", service_account_contents=contents)
    assert set(run(config).hosts) == {"a"}
    assert cloud.tokens == 1


def test_an_access_token_takes_no_token_request(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    token = cloud.simulator.ask("POST", "tokens", {"email": "someone@example.com"})["access_token"]
    config = without_identity(cloud, [project], auth_kind="accesstoken", access_token=token)
    assert set(run(config).hosts) == {"a"}
    assert cloud.tokens == 0


def test_application_default_credentials_of_a_user(
    cloud: Any, run: Any, monkeypatch: pytest.MonkeyPatch, through_proxy: None
) -> None:
    project = cloud.project({"name": "a"})
    token_uri = f"{cloud.simulator.http}/token"
    user = cloud.simulator.ask("POST", "users", {"email": "user@example.com", "token_uri": token_uri})
    file = cloud.folder / "application_default_credentials.json"
    file.write_text(json.dumps(user))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    assert set(run(without_identity(cloud, [project])).hosts) == {"a"}
    assert cloud.tokens == 1


def test_the_project_of_the_credentials_is_the_default(cloud: Any, run: Any) -> None:
    cloud.simulator.ask("POST", "projects", {"name": "home-project"})
    cloud.add("home-project", {"name": "at-home"})
    key = cloud.simulator.key_file("home@home-project.iam.gserviceaccount.com", "home-project")
    config = without_identity(cloud, None, auth_kind="serviceaccount", service_account_file=str(key))
    assert set(run(config).hosts) == {"at-home"}


# google-auth reads where the metadata server is once, when it is imported: these run in a process of their own.


def test_the_metadata_server(cloud: Any, cli: Any) -> None:
    project = cloud.project({"name": "a"})
    done = cli(without_identity(cloud, [project], auth_kind="machineaccount"), **metadata_server(cloud))
    assert done.returncode == 0, done.stderr
    assert set(done.inventory["_meta"]["hostvars"]) == {"a"}
    assert len(cloud.calls("/token")) == 1


def test_the_default_project_of_the_metadata_server(cloud: Any, cli: Any) -> None:
    cloud.add("dockyard", {"name": "in-dockyard"})
    done = cli(without_identity(cloud, None), **metadata_server(cloud))
    assert done.returncode == 0, done.stderr
    assert set(done.inventory["_meta"]["hostvars"]) == {"in-dockyard"}


def metadata_server(cloud: Any) -> dict[str, str]:
    address = cloud.simulator.http.removeprefix("http://")
    return {"GCE_METADATA_HOST": address, "GCE_METADATA_IP": address, "NO_GCE_CHECK": ""}


def test_impersonation(cloud: Any, run: Any, through_proxy: None) -> None:
    project = cloud.project({"name": "a"})
    target = "reader@dockyard.iam.gserviceaccount.com"
    cloud.simulator.key_file(target, "dockyard")
    config = cloud.config([project], impersonate_service_account=target)
    assert set(run(config).hosts) == {"a"}
    assert len(cloud.calls("iam.generateAccessToken")) == 1
    assert cloud.tokens == 1


def test_impersonating_an_account_that_is_not_there(cloud: Any, run: Any, through_proxy: None) -> None:
    config = cloud.config([cloud.project()], impersonate_service_account="nobody@dockyard.iam.gserviceaccount.com")
    with pytest.raises(AnsibleParserError, match=r"refused nobody@.*serviceAccountTokenCreator"):
        run(config)


def test_workload_identity_from_a_file(cloud: Any, run: Any, through_proxy: None) -> None:
    project = cloud.project({"name": "a"})
    subject = cloud.folder / "subject"
    subject.write_text("the job's token")
    file = cloud.folder / "external.json"
    external = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{cloud.simulator.http}/v1/token",
        "credential_source": {"file": str(subject)},
    }
    file.write_text(json.dumps(external))
    config = without_identity(cloud, [project], credentials_file=str(file))
    assert set(run(config).hosts) == {"a"}
    assert len(cloud.calls("sts.token")) == 1


def test_one_token_serves_many_projects(cloud: Any, run: Any) -> None:
    projects = [cloud.project({"name": f"vm-{number}"}) for number in range(12)]
    assert len(run(cloud.config(projects)).hosts) == 12
    assert cloud.tokens == 1
    assert len(cloud.calls("aggregatedList")) == 12


def test_a_deleted_key(cloud: Any, run: Any) -> None:
    email = "gone@dockyard.iam.gserviceaccount.com"
    key = cloud.simulator.key_file(email, "dockyard")
    key_id = json.loads(key.read_text())["private_key_id"]
    cloud.simulator.ask("DELETE", "keys", {"email": email, "key_id": key_id})
    with pytest.raises(AnsibleParserError, match=r"invalid_grant.*create a new one"):
        run(cloud.config([cloud.project()], service_account_file=str(key)))


def test_an_expired_token(cloud: Any, run: Any) -> None:
    token = cloud.simulator.ask("POST", "tokens", {"email": "x@example.com", "lifetime": -1})["access_token"]
    config = without_identity(cloud, [cloud.project()], auth_kind="accesstoken", access_token=token)
    with pytest.raises(AnsibleParserError, match="expired; get a new one") as caught:
        run(config)
    assert token not in str(caught.value)
