"""Which daemon.json a host gets, what is wrong with one, and what a running engine needs to take it up."""

from __future__ import annotations

import json
import sys

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import apply as configure
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import daemon_json as config
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import dropin, schema, tls

UNIT = "/usr/sbin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock"


def problems(declared, *, member=False, command_line=UNIT, version=(20, 10), engine_validates=False):
    return config.problems_of(
        declared, member=member, command_line=command_line, version=version, engine_validates=engine_validates
    )


def test_defaults_rotate_logs_and_stay_within_the_hosts_limit():
    defaults = config.safe_defaults(mtu=1500, nofile=20000)
    assert defaults["log-opts"] == {"max-size": "10m", "max-file": "3"}
    assert defaults["default-ulimits"]["nofile"] == {"Name": "nofile", "Soft": 20000, "Hard": 20000}
    assert "mtu" not in defaults


def test_mtu_of_the_default_route_is_taken_over():
    assert config.safe_defaults(mtu=1460, nofile=None)["mtu"] == 1460


def test_no_storage_driver_is_forced_on_images_of_another():
    assert "storage-driver" not in config.safe_defaults(1500, None, overlay2=False)


def test_defaults_are_a_configuration_the_engine_accepts():
    assert problems(config.safe_defaults(1460, 4096)) == []


def test_mappings_merge_and_all_else_replaces():
    merged = config.merge({"log-opts": {"a": "1", "b": "2"}, "dns": ["x"]}, {"log-opts": {"b": "3"}, "dns": ["y"]}, {})
    assert merged == {"log-opts": {"a": "1", "b": "3"}, "dns": ["y"]}


def test_null_takes_a_default_out():
    assert config.merge({"mtu": 1460, "log-driver": "local"}, {"mtu": None}, {}) == {"log-driver": "local"}


def test_options_of_one_log_driver_are_not_given_to_another():
    defaults = config.safe_defaults(1500, None)
    assert "log-opts" not in config.merge(defaults, {"log-driver": "journald"}, {})
    assert config.merge(defaults, {"log-driver": "local"}, {})["log-opts"]["max-file"] == "3"


def test_where_data_lives_is_kept_from_the_file_found_unless_declared():
    found = {"data-root": "/srv/docker", "storage-driver": "zfs", "debug": True}
    merged = config.merge(config.safe_defaults(1500, None), {}, found)
    assert merged["data-root"] == "/srv/docker"
    assert merged["storage-driver"] == "zfs"
    assert "debug" not in merged
    assert config.merge({}, {"data-root": "/data"}, found)["data-root"] == "/data"


def test_rendered_file_is_json_in_a_stable_order():
    text = config.render({"mtu": 1460, "debug": True})
    assert json.loads(text) == {"mtu": 1460, "debug": True}
    assert text.index("debug") < text.index("mtu")


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"debug": "yes"}, "debug must be true or false, not a string (yes)"),
        ({"mtu": "1460"}, "mtu must be a whole number"),
        ({"mtu": True}, "mtu must be a whole number, not a boolean (true)"),
        ({"labels": "a=b"}, "labels must be a list of strings"),
        ({"dns": [1]}, "dns must be a list of strings"),
        ({"log-opts": {"max-file": 3}}, 'log-opts.max-file must be a string, not a number (3): write "3" in quotes'),
        ({"log-opts": []}, "log-opts must be a mapping of strings"),
        ({"default-address-pools": ["10.0.0.0/8"]}, "default-address-pools must be a list of mappings"),
        ({"default-shm-size": 1.5}, "default-shm-size must be a size"),
        ({"log-drivr": "local"}, "log-drivr is not a key of daemon.json; did you mean log-driver?"),
        ({"default-network-opts": {}}, "default-network-opts needs Docker 24.0, and this host has 20.10"),
        ({"containerd": "/x"}, "containerd is also given as the flag --containerd"),
        ({"hosts": ["unix:///x"]}, "hosts is also given as the flag -H"),
    ],
)
def test_problem_names_the_key_and_the_cure(declared, words):
    found = problems(declared)
    assert len(found) == 1
    assert words in found[0]


def test_unknown_key_is_left_to_an_engine_that_validates():
    assert problems({"key-of-tomorrow": 1}, engine_validates=True) == []


def test_every_key_with_a_first_version_is_a_known_key():
    assert set(schema.SINCE) <= set(schema.KINDS)


def test_members_of_a_swarm_cannot_live_restore():
    assert "live-restore" in problems({"live-restore": True}, member=True)[0]
    assert problems({"live-restore": True}) == []


def test_members_of_a_swarm_cannot_use_nftables():
    declared = {"firewall-backend": "nftables"}
    assert problems(declared, member=True, version=(29, 0))
    assert problems({**declared, "iptables": False}, member=True, version=(29, 0)) == []


def test_tcp_without_client_certificates_is_refused():
    declared = {"hosts": ["fd://", "tcp://0.0.0.0:2375"]}
    found = problems(declared, command_line="/usr/bin/dockerd")
    assert "tcp://0.0.0.0:2375" in found[0]
    safe = {**declared, "tlsverify": True, "tlscacert": "/a", "tlscert": "/b", "tlskey": "/c"}
    assert problems(safe, command_line="/usr/bin/dockerd") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (UNIT, ["H", "containerd"]),
        ("/usr/bin/dockerd --label=a=b --label c=d -l debug", ["label", "label", "l"]),
        ("/usr/bin/dockerd", []),
    ],
)
def test_flags_of_the_unit(line, expected):
    assert config.flags_of(line) == expected


def test_host_flags_are_taken_out_of_the_unit_and_nothing_else():
    line = "/usr/bin/dockerd -H fd:// --host=unix:///x --host tcp://y -Hfd:// --containerd=/c --debug"
    assert config.without_hosts(line) == "/usr/bin/dockerd --containerd=/c --debug"


@pytest.mark.parametrize(
    ("current", "desired", "action"),
    [
        ({"debug": True}, {"debug": True}, "none"),
        ({"debug": True}, {"debug": False}, "reload"),
        ({}, {"labels": ["a=b"]}, "reload"),
        ({"labels": ["a=b"]}, {}, "restart"),
        ({"mtu": 1500}, {"mtu": 1460}, "restart"),
        ({"debug": True, "mtu": 1500}, {"debug": False, "mtu": 1460}, "restart"),
        ({"log-opts": {"max-size": "1m"}}, {"log-opts": {"max-size": "2m"}}, "restart"),
    ],
)
def test_the_least_that_takes_the_change_up(current, desired, action):
    assert config.action_for(current, desired) == action


def test_no_dropin_without_need():
    assert dropin.render_dropin({}, UNIT, listens=False) is None


def test_dropin_carries_proxies_with_systemds_signs_escaped():
    text = dropin.render_dropin({"https": 'http://u:p%21"@proxy:3128', "no_proxy": "a,b"}, UNIT, listens=False)
    assert 'Environment="HTTPS_PROXY=http://u:p%%21\\"@proxy:3128"' in text
    assert 'Environment="NO_PROXY=a,b"' in text
    assert "ExecStart" not in text


def test_dropin_frees_the_unit_of_its_listener():
    text = dropin.render_dropin({}, UNIT, listens=True)
    assert "ExecStart=\nExecStart=/usr/sbin/dockerd --containerd=/run/containerd/containerd.sock\n" in text


def test_certificates_switch_verification_on():
    keys = tls.keys({"ca": "A", "cert": "B", "key": "C"})
    assert keys["tlsverify"] is True
    assert problems({**keys, "hosts": ["tcp://0.0.0.0:2376"]}, command_line="/usr/bin/dockerd") == []
    assert tls.keys(None) == {}


def test_key_is_its_owners_alone_and_never_shown():
    changes = {change.path: change for change in tls.plan_certificates({"ca": "A", "cert": "B", "key": "C-secret"})}
    key = changes["/etc/dockyard/tls/key.pem"]
    assert key.mode == 0o400
    assert key.after == "C-secret\n"
    assert "C-secret" not in json.dumps(key.as_diff())


@pytest.fixture(autouse=True)
def run_folder(tmp_path, monkeypatch):
    """Where a configuration is tried out; on hosts it is below /run."""
    monkeypatch.setattr(configure, "_RUN", str(tmp_path / "run"))


class Host:
    """Answers of a host whose engine validates, and finds fault with what the test says."""

    def __init__(self, fault=""):
        self.fault = fault
        self.asked = []

    def __call__(self, words):
        self.asked.append(words)
        if words[0] == "systemctl":
            command = f"ExecStart={{ argv[]={sys.executable} -H fd:// ; }}"
            return 0, f"LoadState=loaded\nActiveState=active\nMainPID=0\n{command}\n", ""
        if "--validate" in words:
            return (1, "", f"unable to configure: {self.fault}") if self.fault else (0, "", "configuration OK")
        return 0, "Docker version 26.1.5+dfsg1, build a72d7cd", ""


def options(path, **daemon):
    return {
        "state": "present",
        "daemon": daemon,
        "defaults": True,
        "proxy": None,
        "tls": None,
        "hardening": "none",
        "swarm_member": False,
        "path": str(path),
    }


def test_file_of_the_same_meaning_is_not_rewritten(tmp_path):
    path = tmp_path / "daemon.json"
    wanted = configure.plan(options(path), Host()).config
    path.write_text(json.dumps(wanted))
    path.chmod(0o644)
    assert not configure.plan(options(path), Host()).changed


def test_change_is_planned_with_its_keys_and_not_made(tmp_path):
    path = tmp_path / "daemon.json"
    planned = configure.plan(options(path, labels=["a=b"]), Host())
    assert planned.changed
    assert "labels" in planned.keys
    assert not path.exists()


def test_what_the_engine_refuses_is_told_in_its_words(tmp_path):
    host = Host("invalid label")
    with pytest.raises(configure.ConfigError, match="invalid label"):
        configure.plan(options(tmp_path / "daemon.json", labels=["x"]), host)
    validation = next(words for words in host.asked if "--validate" in words)
    assert validation[:3] == [sys.executable, "-H", "fd://"]


def test_file_that_is_no_json_is_replaced(tmp_path):
    path = tmp_path / "daemon.json"
    path.write_text("{broken")
    assert configure.plan(options(path), Host()).action == "restart"
