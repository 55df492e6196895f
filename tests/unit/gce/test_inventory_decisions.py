"""Decisions of the inventory: retries, masks, names, addresses, duplicates, options, credentials."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import fields, hosts, options, retries
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import Identity, problem_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fetching import Request, advice
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.listing import combined_filter
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.references import NotPlainError, look_up

# -- retries ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "reason"),
    [(0, ""), (429, ""), (500, ""), (502, ""), (503, "backendError"), (504, ""), (403, "rateLimitExceeded")],
)
def test_what_may_pass_is_retried(status: int, reason: str) -> None:
    assert retries.delay_before_next(retries.Attempt(1, status, reason), 5, 0.5) is not None


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "invalid"), (401, "authError"), (403, "forbidden"), (403, "accessNotConfigured"), (404, "notFound")],
)
def test_what_will_not_pass_is_not_retried(status: int, reason: str) -> None:
    assert retries.delay_before_next(retries.Attempt(1, status, reason), 5, 0.5) is None


def test_delays_double_with_jitter_up_to_a_ceiling() -> None:
    shortest = [retries.delay_before_next(retries.Attempt(number, 503), 20, 0.0) for number in range(1, 9)]
    longest = [retries.delay_before_next(retries.Attempt(number, 503), 20, 1.0) for number in range(1, 9)]
    assert longest == [0.5, 1, 2, 4, 8, 16, 32, 32]
    assert shortest == [delay / 2 for delay in longest]  # type: ignore[operator]


def test_the_servers_wish_is_honoured_within_reason() -> None:
    assert retries.delay_before_next(retries.Attempt(1, 429, "", 7.0), 5, 0.5) == 7
    assert retries.delay_before_next(retries.Attempt(1, 429, "", 7000.0), 5, 0.5) == retries.LONGEST_DELAY


def test_patience_ends() -> None:
    assert retries.delay_before_next(retries.Attempt(2, 503), 2, 0.5) is not None
    assert retries.delay_before_next(retries.Attempt(3, 503), 2, 0.5) is None
    assert retries.delay_before_next(retries.Attempt(1, 503), 0, 0.5) is None


# -- the mask ----------------------------------------------------------------------------------------


def test_the_mask_holds_what_names_and_addresses_need() -> None:
    mask = fields.instance_mask([], []) or ""
    assert mask.startswith("labels,name,networkInterfaces(")
    assert mask.endswith(",zone")


def test_the_mask_grows_with_variables_and_expressions() -> None:
    assert "metadata" not in (fields.instance_mask(["status"], ["labels.env"]) or "")
    mask = fields.instance_mask(["status"], ["'x' in metadata['role']", "scheduling.preemptible"]) or ""
    assert {"status", "metadata", "scheduling"} <= set(mask.split(","))


def test_a_property_an_expression_mentions_is_whole() -> None:
    mask = fields.instance_mask([], ["networkInterfaces[0].fingerprint"]) or ""
    assert "networkInterfaces," in mask + ","
    assert "networkInterfaces(" not in mask
    assert "tags/items" in (fields.instance_mask(["tags"], []) or "")
    assert "tags/items" not in (fields.instance_mask(["tags"], ["tags.fingerprint"]) or "")


def test_derived_names_fetch_what_they_come_from() -> None:
    assert "machineType" in (fields.instance_mask([], ["machineType_selflink"]) or "")
    assert "disks(boot,source)" in (fields.instance_mask([], [], image_info=True) or "")


def test_everything_is_no_mask() -> None:
    assert fields.instance_mask(["*"], []) is None


def test_expressions_are_found_however_deep() -> None:
    found = fields.expressions_in([{"a": "b"}, {"c": [{"key": "labels"}]}, None, True])
    assert {"b", "labels"} <= set(found)


def test_the_known_properties_are_googles() -> None:
    from sandbox.compute_api import description

    assert set(description.load().schemas.properties("Instance")) == fields.INSTANCE_FIELDS


# -- hosts -------------------------------------------------------------------------------------------

BASE = "https://www.googleapis.com/compute/v1/projects/p"


def instance(**more: Any) -> dict[str, Any]:
    return {
        "name": "vm",
        "zone": f"{BASE}/zones/europe-west1-b",
        "machineType": f"{BASE}/zones/europe-west1-b/machineTypes/e2-small",
        "networkInterfaces": [
            {
                "name": "nic0",
                "network": f"{BASE}/global/networks/blue",
                "subnetwork": f"{BASE}/regions/europe-west1/subnetworks/blue-1",
                "networkIP": "10.0.0.1",
                "accessConfigs": [{"name": "External NAT"}],
            },
            {
                "name": "nic1",
                "network": f"{BASE}/global/networks/red",
                "subnetwork": f"{BASE}/regions/europe-west1/subnetworks/red-1",
                "networkIP": "10.1.0.1",
                "accessConfigs": [{"natIP": "198.51.100.1"}],
                "ipv6AccessConfigs": [{"externalIpv6": "2001:db8::1"}],
            },
        ],
        **more,
    }


def test_facts_have_the_other_plugins_shape() -> None:
    facts = hosts.facts_of(instance(metadata={"items": [{"key": "a", "value": "b"}, {"key": "empty"}]}), "p")
    assert facts["zone"] == "europe-west1-b"
    assert facts["zone_selflink"].startswith("https://")
    assert facts["machineType"] == "e2-small"
    assert facts["metadata"] == {"a": "b", "empty": ""}
    assert facts["networkInterfaces"][0]["network"]["name"] == "blue"
    assert facts["networkInterfaces"][0]["subnetwork"]["region"] == "europe-west1"
    assert facts["labels"] == {}
    assert facts["tags"] == {"items": []}


def test_addresses_come_from_the_first_interface_that_has_them() -> None:
    facts = hosts.facts_of(instance(), "p")
    assert (facts["internal_ip"], facts["external_ip"]) == ("10.0.0.1", "198.51.100.1")
    assert (facts["external_ipv6"], facts["internal_ipv6"]) == ("2001:db8::1", None)
    assert facts["network"] == "blue"


@pytest.mark.parametrize("wanted", ["nic1", "red"])
def test_addresses_of_a_chosen_interface(wanted: str) -> None:
    facts = hosts.facts_of(instance(), "p", wanted)
    assert (facts["internal_ip"], facts["network"], facts["subnetwork"]) == ("10.1.0.1", "red", "red-1")


def test_an_interface_that_is_not_there_has_no_address() -> None:
    facts = hosts.facts_of(instance(), "p", "green")
    assert facts["internal_ip"] is facts["external_ip"] is facts["network"] is None


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("name", (True, "vm.x")),
        ("hostname", (True, "vm.x")),
        ("private_ip", (True, "10.0.0.1")),
        ("private_ipv6", (True, None)),
        ("labels.a-b", (True, "c")),
        ("labels.none", (True, None)),
        ("labels.get('a-b')", (False, None)),
        ("name ~ zone", (False, None)),
    ],
)
def test_fixed_words_for_names(wanted: str, expected: tuple[bool, str | None]) -> None:
    facts = hosts.facts_of(instance(labels={"a-b": "c"}), "p")
    assert hosts.plain_name(facts, wanted, ".x") == expected


def test_the_instances_own_host_name_needs_no_suffix() -> None:
    facts = hosts.facts_of(instance(hostname="vm.corp"), "p")
    assert hosts.plain_name(facts, "hostname", ".x") == (True, "vm.corp")


def test_images_are_found_by_their_disk() -> None:
    disks = [
        {"boot": False, "source": f"{BASE}/zones/z/disks/data"},
        {"boot": True, "source": f"{BASE}/zones/z/disks/vm"},
    ]
    facts = hosts.facts_of(instance(disks=disks), "p", None, {"zones/z/disks/vm": ("debian-13-v1", "debian-13")})
    assert (facts["image"], facts["image_family"]) == ("debian-13-v1", "debian-13")


def twins() -> list[hosts.Host]:
    return [
        hosts.Host({"project": project, "zone": "z", "name": name}, name)
        for project, name in (("p", "twin"), ("q", "twin"), ("q", "single"))
    ]


def test_duplicates_by_policy() -> None:
    with pytest.raises(ValueError, match=r"twin \(p/z/twin, q/z/twin\)"):
        hosts.resolve_duplicates(twins(), "fail")
    kept, notes = hosts.resolve_duplicates(twins(), "first")
    assert [host.where for host in kept] == ["p/z/twin", "q/z/single"]
    assert len(notes) == 1
    kept, notes = hosts.resolve_duplicates(twins(), "qualify")
    assert [host.name for host in kept] == ["twin.z.p", "twin.z.q", "single"]
    assert notes == []


# -- plain references --------------------------------------------------------------------------------

FACTS = {"labels": {"a-b": "c", "items": "x"}, "nics": [{"ip": "1"}], "template": "{{ 1 }}", "n": 3}


@pytest.mark.parametrize(
    ("expression", "value"),
    [("labels", FACTS["labels"]), ("nics[0].ip", "1"), ("labels['a-b']", "c"), (' labels["a-b"] ', "c"), ("n", 3)],
)
def test_plain_references_are_looked_up(expression: str, value: Any) -> None:
    assert look_up(expression, FACTS) == value


@pytest.mark.parametrize(
    "expression",
    ["labels.items", "absent", "nics[1].ip", "n + 1", "labels | first", "true", "none", "a-b", "template", "n.x", ""],
)
def test_the_rest_is_left_to_the_template_engine(expression: str) -> None:
    with pytest.raises(NotPlainError):
        look_up(expression, FACTS)


# -- filters, messages, keys -------------------------------------------------------------------------


def test_filters_are_combined() -> None:
    assert combined_filter([]) is None
    assert combined_filter([" a = 1 "]) == "a = 1"
    assert combined_filter(["a = 1 OR b = 2", "c = 3"]) == "(a = 1 OR b = 2) (c = 3)"


def test_advice_fits_the_error() -> None:
    assert "compute.instances.list" in advice("p", GceError("no", 403, "forbidden"))
    assert advice("p", GceError("busy", 403, "rateLimitExceeded")) == "busy"
    assert "services enable" in advice("p", GceError("off", 403, "accessNotConfigured"))
    assert "project's id" in advice("p", GceError("what", 404, "notFound"))


def test_the_digest_follows_what_changes_the_answer_and_holds_no_secret() -> None:
    one = Request(Identity("accesstoken", access_token="secret-1"), projects=("p",))
    same = Identity("accesstoken", access_token="secret-1")
    assert one.digest == Request(same, projects=("p",), timeout=1, on_project_error="warn").digest
    others = [
        Request(Identity("accesstoken", access_token="secret-2"), projects=("p",)),
        Request(Identity("accesstoken"), projects=("q",)),
        Request(Identity("accesstoken"), projects=("p",), filters=("a = 1",)),
        Request(Identity("accesstoken"), projects=("p",), zones=("z",)),
        Request(Identity("accesstoken"), projects=("p",), mask="name"),
        Request(Identity("accesstoken"), projects=("p",), endpoint="http://x"),
        Request(Identity("accesstoken", impersonate="a@b"), projects=("p",)),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 8


# -- options -----------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "variables": ["name"],
    "on_unreachable_zone": "warn",
    "cache": False,
    "ca_file": None,
    "timeout": 30,
    "parallel": 8,
    "retries": 5,
    "hostnames": ["name"],
}


def test_good_options_have_no_problem() -> None:
    assert options.problem_of(GOOD) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"variables": ["labls"]}, "Did you mean 'labels'?"),
        ({"on_unreachable_zone": "cache"}, "set cache to true"),
        ({"ca_file": "/nowhere"}, "does not exist"),
        ({"timeout": 0}, "timeout"),
        ({"parallel": 0}, "parallel"),
        ({"retries": -1}, "retries"),
        ({"hostnames": []}, "hostnames is empty"),
    ],
)
def test_options_that_cannot_be(wrong: dict[str, Any], words: str) -> None:
    assert words in (options.problem_of({**GOOD, **wrong}) or "")


def test_unknown_options_get_a_hint() -> None:
    assert options.unknown_option({"projects": 1}, ["projects"]) is None
    assert "Did you mean 'projects'?" in (options.unknown_option({"project": 1}, ["projects"]) or "")
    assert (options.unknown_option({"xyz": 1}, ["projects"]) or "").endswith("plugin.")


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (Identity(), None),
        (Identity("serviceaccount", service_account_file="f"), None),
        (Identity("serviceaccount"), "set service_account_file"),
        (Identity("serviceaccount", service_account_file="f", service_account_contents="c"), "keep one"),
        (Identity("accesstoken"), "set access_token"),
        (Identity("application", service_account_file="f"), "set auth_kind to 'serviceaccount'"),
        (Identity("accesstoken", access_token="t", credentials_file="f"), "set auth_kind to 'application'"),
        (Identity("application", service_account_email="e"), "set auth_kind to 'machineaccount'"),
    ],
)
def test_the_combination_of_identity_options(identity: Identity, words: str | None) -> None:
    problem = problem_of(identity)
    assert (words is None and problem is None) or (words is not None and words in (problem or ""))
