"""Packet filter, pruning, logins, and the files and units they consist of."""

from __future__ import annotations

import base64
import json
import os

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host import data, files, logins, network, prune, unit
from ansible_collections.dockyard.swarm.plugins.module_utils._host import own_units as helpers
from ansible_collections.dockyard.swarm.plugins.module_utils._host.firewall import rules as firewall
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import capabilities as kernel
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import settings as prepare

WEB = {"ports": [80, "8000-8080"], "protocol": "tcp", "sources": []}
OFFICE = {"ports": ["90"], "protocol": "tcp", "sources": ["10.9.8.7/8", "2001:db8::/32"]}


def test_declared_ports_pass_and_the_rest_is_dropped():
    assert firewall.published_rules([WEB, OFFICE], ["eth0"], 4) == [
        "-A DOCKYARD-PUBLISHED -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        "-A DOCKYARD-PUBLISHED -i eth0 -p tcp -m conntrack --ctorigdstport 80 --ctdir ORIGINAL -j RETURN",
        "-A DOCKYARD-PUBLISHED -i eth0 -p tcp -m conntrack --ctorigdstport 8000:8080 --ctdir ORIGINAL -j RETURN",
        "-A DOCKYARD-PUBLISHED -s 10.0.0.0/8 -i eth0 -p tcp -m conntrack --ctorigdstport 90 --ctdir ORIGINAL -j RETURN",
        "-A DOCKYARD-PUBLISHED -i eth0 -j DROP",
    ]


def test_each_family_has_its_own_sources():
    rules = "\n".join(firewall.published_rules([OFFICE], ["eth0"], 6))
    assert "-s 2001:db8::/32" in rules
    assert "10.0.0" not in rules


def test_empty_declaration_closes_all():
    assert firewall.published_rules([], ["eth0"], 4)[1:] == ["-A DOCKYARD-PUBLISHED -i eth0 -j DROP"]


def test_rule_for_sources_of_the_other_family_only_opens_nothing():
    rule = {**OFFICE, "sources": ["192.0.2.0/24"]}
    assert len(firewall.published_rules([rule], ["eth0"], 6)) == 2


def test_swarm_ports_are_for_members():
    rules = firewall.swarm_rules(["10.0.0.0/24"], 4790, 4)
    assert "-A DOCKYARD-SWARM -s 10.0.0.0/24 -p udp -m udp --dport 4790 -j ACCEPT" in rules
    assert rules[-4:] == [
        "-A DOCKYARD-SWARM -p tcp -m tcp --dport 2377 -j DROP",
        "-A DOCKYARD-SWARM -p tcp -m tcp --dport 7946 -j DROP",
        "-A DOCKYARD-SWARM -p udp -m udp --dport 7946 -j DROP",
        "-A DOCKYARD-SWARM -p udp -m udp --dport 4790 -j DROP",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "web", "80:web", "", "80:90:100"])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(firewall.FirewallError, match="is not a port"):
        firewall.published_rules([{**WEB, "ports": [port]}], ["eth0"], 4)


def test_what_is_no_network_is_refused():
    with pytest.raises(firewall.FirewallError, match="office is not an address"):
        firewall.published_rules([{**WEB, "sources": ["office"]}], ["eth0"], 4)


def test_restore_replaces_our_chains_only():
    text = firewall.restore_text({"DOCKYARD-SWARM": ["-A DOCKYARD-SWARM -i lo -j RETURN"]})
    assert text == "*filter\n:DOCKYARD-SWARM - [0:0]\n-A DOCKYARD-SWARM -i lo -j RETURN\nCOMMIT\n"


@pytest.mark.parametrize(
    ("chain", "parent", "expected"),
    [
        ("-N C\n-A R\n", "-N DOCKER-USER\n-A DOCKER-USER -j DOCKYARD-PUBLISHED\n-A DOCKER-USER -j RETURN\n", True),
        ("-N C\n", "-N DOCKER-USER\n-A DOCKER-USER -j DOCKYARD-PUBLISHED\n", False),
        ("-N C\n-A R\n", "-N DOCKER-USER\n-A DOCKER-USER -j RETURN\n-A DOCKER-USER -j DOCKYARD-PUBLISHED\n", False),
        ("-N C\n-A R\n", "", False),
    ],
)
def test_drift_of_the_live_rules_is_seen(chain, parent, expected):
    assert firewall.in_place(firewall.PUBLISHED, ["-A R"], chain, parent) is expected


PRUNE = {
    "older_than": "240h",
    "unused_images": True,
    "labels": [],
    "keep_labels": ["keep"],
    "networks": False,
    "volumes": False,
}


def test_pruning_has_an_age_and_keeps_labels_and_leaves_volumes_alone():
    assert [" ".join(words) for words in prune.commands(PRUNE)] == [
        "docker container prune --force --filter until=240h --filter label!=keep",
        "docker image prune --force --all --filter until=240h --filter label!=keep",
        "docker builder prune --force --all --filter until=240h",
    ]


def test_networks_of_a_swarm_stay_unless_asked_for():
    plain = prune.commands(PRUNE)
    assert not [words for words in plain if words[1] in ("system", "network")]
    asked = [" ".join(words) for words in prune.commands({**PRUNE, "networks": True})]
    assert "docker network prune --force --filter until=240h --filter label!=keep" in asked


def test_volumes_are_pruned_only_when_asked_and_without_an_age():
    commands = prune.commands({**PRUNE, "volumes": True})
    assert " ".join(commands[-1]) == "docker volume prune --force --filter label!=keep"


def test_signs_of_systemd_are_escaped_in_the_unit():
    text = prune.render_service({**PRUNE, "keep_labels": ["a=50%$x"]})
    assert '"label!=a=50%%$$x"' in text


def test_login_is_put_beside_what_is_there():
    found = json.dumps({"auths": {"other:5000": {"auth": "eA=="}}, "detachKeys": "ctrl-q"})
    merged = json.loads(logins.merge(found, [login("registry:5000")]))
    assert merged["detachKeys"] == "ctrl-q"
    assert base64.b64decode(merged["auths"]["registry:5000"]["auth"]) == b"puller:word"
    assert set(merged["auths"]) == {"other:5000", "registry:5000"}


def login(registry, state="present", username="puller", password="word"):
    return {"registry": registry, "username": username, "password": password, "state": state}


def test_login_that_is_there_changes_nothing_not_even_the_spelling():
    text = logins.merge(None, [login("registry:5000")]).replace("  ", "\t")
    assert logins.merge(text, [login("registry:5000")]) == text


def test_login_is_taken_out():
    text = logins.merge(None, [login("a:1"), login("b:1")])
    assert logins.registries(logins.merge(text, [login("a:1", state="absent")])) == ["b:1"]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("docker.io", "https://index.docker.io/v1/"),
        ("", "https://index.docker.io/v1/"),
        ("https://registry.internal:5000/", "registry.internal:5000"),
    ],
)
def test_registry_has_the_name_the_cli_looks_for(written, key):
    assert logins.registry_key(written) == key


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "not JSON"), ("[]", "not a JSON object"), ('{"credsStore": "pass"}', "credential helper")],
)
def test_file_that_cannot_take_a_login_is_left_alone(text, words):
    with pytest.raises(logins.LoginError, match=words) as caught:
        logins.merge(text, [login("a:1")])
    assert "word" not in str(caught.value)


def test_login_without_a_password_is_refused():
    with pytest.raises(logins.LoginError, match="needs a username and a password"):
        logins.merge(None, [login("a:1", password="")])


def test_file_is_replaced_whole_with_its_permissions(tmp_path):
    path = str(tmp_path / "new" / "file")
    change = files.plan_file(path, "text\n", mode=0o600)
    assert change.changed
    files.apply_file(change)
    again = files.plan_file(path, "text\n", mode=0o600)
    assert not again.changed
    assert os.listdir(tmp_path / "new") == ["file"]
    assert files.plan_file(path, "text\n", mode=0o644).changed


def test_secret_is_not_in_the_diff(tmp_path):
    path = tmp_path / "file"
    path.write_text("old word")
    assert "word" not in json.dumps(files.plan_file(str(path), "new word", secret=True).as_diff())


def test_removal_of_a_file(tmp_path):
    path = tmp_path / "file"
    assert not files.plan_file(str(path), None).changed
    path.write_text("x")
    files.apply_file(files.plan_file(str(path), None))
    assert not path.exists()


def helper(wanted=True, found=None, text="x", stale=False, tmp="/nonexistent/unit"):
    change = files.FileChange(tmp, "x", text, 0o644, 0o644)
    return helpers.Helper(
        "x.timer", wanted, [change], found or unit.Unit(exists=True, active=True, enabled=True), stale
    )


@pytest.mark.parametrize(
    ("planned", "verbs"),
    [
        (helper(), []),
        (helper(text="y"), ["daemon-reload", "restart"]),
        (helper(stale=True), ["restart"]),
        (helper(found=unit.Unit()), ["enable", "restart"]),
        (helper(wanted=False, text=None), ["disable --now"]),
        (helper(wanted=False, text=None, found=unit.Unit()), []),
    ],
)
def test_unit_of_our_own(planned, verbs):
    assert planned.verbs == verbs


def test_default_route_with_the_lowest_metric_counts():
    table = (
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "eth1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    )
    assert network.default_route_interface(table) == "eth0"
    assert network.default_route_interface(table.splitlines()[0]) is None


def test_sysctls_are_compared_word_by_word():
    differing, unknown = prepare.decide_sysctls({"a": "1", "b": "4096 8192", "c": "1"}, {"a": "0", "b": "4096\t8192"})
    assert differing == {"a": "1"}
    assert unknown == ["c"]


def test_sysctl_has_its_place_under_proc():
    assert prepare.sysctl_path("net.ipv4.conf.eth0/100.rp_filter") == "/proc/sys/net/ipv4/conf/eth0.100/rp_filter"


def test_preflight_is_one_block_that_says_what_follows():
    mesh = kernel.Ability("routing_mesh", False, "no IPVS", "use endpoint_mode dnsrr")
    fine = kernel.Ability("cgroup_v2", True, "cgroup v2", "")
    assert kernel.report([fine, mesh]) == "  has   cgroup v2\n  lacks routing mesh: use endpoint_mode dnsrr"
    assert kernel.missing([fine, mesh], ["routing_mesh", "cgroup_v2"]) == [mesh]
    assert kernel.missing([fine, mesh], []) == []


def test_configured_data_root_is_part_of_the_data(tmp_path):
    config = tmp_path / "daemon.json"
    config.write_text('{"data-root": "/srv/docker"}')
    assert data.data_paths(str(config))[0] == "/srv/docker"
    config.write_text('{"data-root": "relative"}')
    assert "relative" not in data.data_paths(str(config))


def test_data_is_removed_whole(tmp_path):
    folder = tmp_path / "docker"
    (folder / "volumes" / "x").mkdir(parents=True)
    assert data.present([str(folder), str(tmp_path / "none")]) == [str(folder)]
    data.remove(str(folder))
    assert not folder.exists()
