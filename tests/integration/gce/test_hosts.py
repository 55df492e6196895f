"""What becomes of instances: pages, filters, names, addresses, variables, groups."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleParserError


def test_pages_are_followed(cloud: Any, run: Any) -> None:
    project = cloud.project()
    cloud.simulator.ask("POST", "fleet", {"project": project, "count": 1201})
    assert len(run(cloud.config([project])).hosts) == 1201
    assert len(cloud.calls("aggregatedList")) == 3
    assert cloud.tokens == 1


def test_answers_are_compressed_and_masked(cloud: Any, run: Any) -> None:
    project = cloud.project()
    cloud.simulator.ask("POST", "fleet", {"project": project, "count": 400})
    run(cloud.config([project]))
    (call,) = cloud.calls("aggregatedList")
    assert call["encoding"] == "gzip"
    assert call["query"]["prettyPrint"] == "false"
    assert "metadata" not in call["query"]["fields"]
    assert call["bytes"] < 400 * 100


def test_a_property_that_an_expression_mentions_is_fetched(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    result = run(cloud.config([project], compose={"oslogin": "metadata['enable-oslogin'] | lower"}))
    assert result.hosts["a"]["oslogin"] == "true"


def test_everything_can_be_asked_for(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    variables = run(cloud.config([project], variables=["*"])).hosts["a"]
    assert variables["gce_scheduling"]["provisioningModel"] == "STANDARD"
    assert variables["gce_metadata"]["enable-oslogin"] == "TRUE"
    assert "fields" not in cloud.calls("aggregatedList")[0]["query"]


def test_several_filters_are_anded(cloud: Any, run: Any) -> None:
    project = cloud.project(
        {"name": "yes", "labels": {"env": "prod"}},
        {"name": "stopped", "labels": {"env": "prod"}, "status": "TERMINATED"},
        {"name": "other", "labels": {"env": "dev"}},
    )
    result = run(cloud.config([project], filters=["status = RUNNING", "labels.env = prod"]))
    assert set(result.hosts) == {"yes"}


def test_either_of_two_filters(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"}, {"name": "b"}, {"name": "c"})
    result = run(cloud.config([project], filters=["(name = a) OR (name = b)"]))
    assert set(result.hosts) == {"a", "b"}


def test_a_filter_that_cannot_be_understood(cloud: Any, run: Any) -> None:
    with pytest.raises(AnsibleParserError, match=r"400 invalid.*Check filters"):
        run(cloud.config([cloud.project()], filters=["status ="]))


def test_default_variables(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a", "zone": "europe-west1-b", "labels": {"app": "shop"}, "tags": ["web"]})
    variables = run(cloud.config([project])).hosts["a"]
    assert variables["gce_project"] == project
    assert variables["gce_zone"] == "europe-west1-b"
    assert variables["gce_region"] == "europe-west1"
    assert variables["gce_labels"] == {"app": "shop"}
    assert variables["gce_tags"]["items"] == ["web"]
    assert variables["gce_machineType"] == "e2-medium"
    assert variables["gce_network"] == "default"
    assert variables["gce_status"] == "RUNNING"
    assert variables["ansible_host"] == variables["gce_external_ip"]


def test_an_instance_without_labels_or_tags(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "bare"})
    config = cloud.config([project], strict=True, keyed_groups=[{"key": "labels", "prefix": "label"}])
    variables = run(config).hosts["bare"]
    assert variables["gce_labels"] == {}
    assert variables["gce_tags"]["items"] == []


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (["private_ip", "public_ip"], "10.0.0.5"),
        (["public_ipv6", "private_ip"], "2600:1900::5"),
        (["private_ipv6"], "fd20::5"),
        (["public_ip"], None),
        ([], None),
    ],
)
def test_the_address_to_connect_to(cloud: Any, run: Any, preference: list[str], expected: str | None) -> None:
    project = cloud.project({"name": "a", "nics": [nic("nic0", "blue", "10.0.0.5", "2600:1900::5", "fd20::5")]})
    result = run(cloud.config([project], address_preference=preference))
    assert result.hosts["a"].get("ansible_host") == expected


@pytest.mark.parametrize(("wanted", "expected"), [(None, "10.0.0.5"), ("nic1", "10.9.0.5"), ("red", "10.9.0.5")])
def test_the_choice_of_interface(cloud: Any, run: Any, wanted: str | None, expected: str) -> None:
    nics = [nic("nic0", "blue", "10.0.0.5"), nic("nic1", "red", "10.9.0.5")]
    project = cloud.project({"name": "a", "nics": nics})
    options = {"network_interface": wanted} if wanted else {}
    assert run(cloud.config([project], **options)).hosts["a"]["gce_internal_ip"] == expected


def nic(name: str, network: str, ip: str, external_ipv6: str = "", internal_ipv6: str = "") -> dict[str, Any]:
    base = "https://www.googleapis.com/compute/v1/projects/p"
    body: dict[str, Any] = {
        "name": name,
        "network": f"{base}/global/networks/{network}",
        "subnetwork": f"{base}/regions/us-central1/subnetworks/{network}",
        "networkIP": ip,
    }
    if external_ipv6:
        config = {"externalIpv6": external_ipv6, "name": "external-ipv6", "type": "DIRECT_IPV6"}
        body["ipv6AccessConfigs"] = [config]
        body["ipv6AccessType"] = "EXTERNAL"
    if internal_ipv6:
        body["ipv6Address"] = internal_ipv6
    return body


@pytest.mark.parametrize(
    ("hostnames", "expected"),
    [
        (["name"], "web-1"),
        (["labels.vm-name", "name"], "labelled"),
        (["labels.absent", "name"], "web-1"),
        (["name ~ '-' ~ zone"], "web-1-us-central1-a"),
        (["labels.get('team', 'none') ~ '.' ~ name"], "none.web-1"),
        (["undefined_thing", "name"], "web-1"),
        (["private_ip"], "10.0.0.5"),
    ],
)
def test_names(cloud: Any, run: Any, hostnames: list[str], expected: str) -> None:
    project = cloud.project(
        {"name": "web-1", "labels": {"vm-name": "labelled"}, "nics": [nic("nic0", "n", "10.0.0.5")]}
    )
    assert set(run(cloud.config([project], hostnames=hostnames)).hosts) == {expected}


def test_a_suffix(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    assert set(run(cloud.config([project], name_suffix=".example.com")).hosts) == {"a.example.com"}


def test_an_instance_without_a_name_is_an_error(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a", "external": False})
    with pytest.raises(AnsibleParserError, match=r"hostnames \(public_ip\) gives .*/us-central1-a/a a name"):
        run(cloud.config([project], hostnames=["public_ip"]))


def test_strict_makes_a_wrong_expression_an_error(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    lenient = cloud.config([project], compose={"x": "absent_variable + 1"}, hostnames=["name"])
    assert "x" not in run(lenient).hosts["a"]
    for wrong in (
        {"compose": {"x": "absent_variable + 1"}},
        {"groups": {"g": "absent_variable == 1"}},
        {"keyed_groups": [{"key": "absent_variable"}]},
        {"hostnames": ["absent_variable", "name"]},
    ):
        with pytest.raises(AnsibleError, match="absent_variable"):
            run(cloud.config([project], strict=True, **wrong))


def test_duplicates_fail_and_are_named(cloud: Any, run: Any) -> None:
    first, second = cloud.project({"name": "twin"}), cloud.project({"name": "twin"}, {"name": "single"})
    with pytest.raises(AnsibleParserError, match=rf"twin \({first}/us-central1-a/twin, {second}/us-central1-a/twin\)"):
        run(cloud.config([first, second]))


def test_duplicates_first(cloud: Any, run: Any) -> None:
    first, second = cloud.project({"name": "twin"}), cloud.project({"name": "twin"}, {"name": "single"})
    result = run(cloud.config([first, second], duplicate_hostnames="first"))
    assert {name: host["gce_project"] for name, host in result.hosts.items()} == {"twin": first, "single": second}
    assert "twin" in result.warnings[0]


def test_duplicates_qualified(cloud: Any, run: Any) -> None:
    first, second = cloud.project({"name": "twin"}), cloud.project({"name": "twin"}, {"name": "single"})
    result = run(cloud.config([first, second], duplicate_hostnames="qualify"))
    assert set(result.hosts) == {f"twin.us-central1-a.{first}", f"twin.us-central1-a.{second}", "single"}


def test_groups_of_the_swarm(cloud: Any, run: Any) -> None:
    project = cloud.project(
        {"name": "m", "labels": {"swarm-role": "manager"}},
        {"name": "w", "labels": {"swarm-role": "worker"}},
        {"name": "x", "labels": {"swarm-role": "something"}},
        {"name": "y"},
    )
    groups = run(cloud.config([project])).groups
    assert groups["swarm_managers"] == {"m"}
    assert groups["swarm_workers"] == {"w"}
    assert groups["docker_hosts"] == {"m", "w"}
    assert "docker_hosts" not in run(cloud.config([project], swarm_groups=False)).groups


def test_groups_by_what_users_group_by(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a", "labels": {"app": "shop"}, "tags": ["web", "lb"], "status": "TERMINATED"})
    keys = ["labels", "tags['items']", "zone", "region", "network", "status", "machineType", "image_family", "gce_zone"]
    config = cloud.config(
        [project],
        strict=True,
        retrieve_image_info=True,
        keyed_groups=[{"key": key, "prefix": f"k{number}"} for number, key in enumerate(keys)],
        groups={"shops": "labels.app == 'shop'"},
        compose={"where": "zone ~ '/' ~ name"},
        swarm_groups=False,
    )
    result = run(config)
    assert set(result.groups) == {
        "k0_app_shop",
        "k1_web",
        "k1_lb",
        "k2_us_central1_a",
        "k3_us_central1",
        "k4_default",
        "k5_TERMINATED",
        "k6_e2_medium",
        "k7_debian_13",
        "k8_us_central1_a",
        "shops",
    }
    assert result.hosts["a"]["where"] == "us-central1-a/a"
    assert result.hosts["a"]["gce_image"] == "debian-13-trixie-v20261110"


def test_a_composed_variable_can_be_grouped_by(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    config = cloud.config([project], compose={"size": "machineType.split('-')[1]"}, keyed_groups=[{"key": "size"}])
    assert "_medium" in run(config).groups


@pytest.mark.parametrize("expression", ["metadata.note", "metadata['note']", "metadata.note ~ ''", "metadata"])
def test_api_data_is_never_a_template(cloud: Any, run: Any, expression: str) -> None:
    project = cloud.project({"name": "a", "metadata": {"note": "{{ 6 * 7 }}"}})
    value = run(cloud.config([project], compose={"note": expression})).hosts["a"]["note"]
    assert "{{ 6 * 7 }}" in str(value)
