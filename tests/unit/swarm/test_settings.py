"""Settings of a cluster: what is not named stays as it is."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import (
    changed_settings,
    nodes_behind_root,
    settings_changes,
    settings_view,
    with_new_root,
)

SPEC = {
    "Name": "default",
    "Labels": {"a": "1"},
    "Orchestration": {"TaskHistoryRetentionLimit": 5},
    "Raft": {"SnapshotInterval": 10000, "LogEntriesForSlowFollowers": 500, "ElectionTick": 10, "HeartbeatTick": 1},
    "Dispatcher": {"HeartbeatPeriod": 5_000_000_000},
    "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000, "ExternalCAs": [{"Protocol": "cfssl", "URL": "https://ca"}]},
    "TaskDefaults": {"LogDriver": {"Name": "json-file"}},
    "EncryptionConfig": {"AutoLockManagers": True},
}


def apply(wanted):
    return changed_settings(SPEC, settings_changes(SPEC, wanted))


def test_view_is_in_seconds():
    view = settings_view(SPEC)
    assert (view["certificate_expiry"], view["heartbeat_period"], view["autolock"]) == (7_776_000, 5, True)


def test_bare_spec_can_be_read():
    assert settings_view({"Name": "default"})["autolock"] is False


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("task_history_limit", 9, ("Orchestration", "TaskHistoryRetentionLimit", 9)),
        ("snapshot_interval", 99, ("Raft", "SnapshotInterval", 99)),
        ("keep_old_snapshots", 2, ("Raft", "KeepOldSnapshots", 2)),
        ("log_entries_for_slow_followers", 7, ("Raft", "LogEntriesForSlowFollowers", 7)),
        ("heartbeat_period", 7, ("Dispatcher", "HeartbeatPeriod", 7_000_000_000)),
        ("certificate_expiry", 3600, ("CAConfig", "NodeCertExpiry", 3_600_000_000_000)),
        ("autolock", False, ("EncryptionConfig", "AutoLockManagers", False)),
    ],
)
def test_one_setting_changes_and_nothing_else(name, value, path):
    section, key, expected = path
    wanted = copy.deepcopy(SPEC)
    wanted[section][key] = expected
    assert apply({name: value}) == wanted


def test_certificate_expiry_leaves_autolock_and_authorities_alone():
    after = apply({"certificate_expiry": 86400, "autolock": None})
    assert after["EncryptionConfig"] == SPEC["EncryptionConfig"]
    assert after["CAConfig"]["ExternalCAs"] == SPEC["CAConfig"]["ExternalCAs"]


def test_setting_what_is_set_changes_nothing():
    view = settings_view(SPEC)
    assert settings_changes(SPEC, view) == {}
    assert apply(view) == SPEC


def test_spec_that_was_read_is_not_touched():
    before = copy.deepcopy(SPEC)
    apply({"autolock": False, "labels": {}, "external_cas": []})
    assert before == SPEC


def test_named_authorities_replace_those_there_are():
    authority = {"url": "https://other", "protocol": "cfssl", "options": {}, "ca_cert": ""}
    after = apply({"external_cas": [authority]})
    assert [each["URL"] for each in after["CAConfig"]["ExternalCAs"]] == ["https://other"]
    assert settings_changes(after, {"external_cas": [authority]}) == {}


def test_new_root_is_asked_for_by_a_new_number():
    once = with_new_root(SPEC)
    assert once["CAConfig"]["ForceRotate"] == 1
    assert with_new_root(once)["CAConfig"]["ForceRotate"] == 2
    assert once["CAConfig"]["NodeCertExpiry"] == SPEC["CAConfig"]["NodeCertExpiry"]


def test_only_ready_nodes_are_waited_for():
    def node(name, state, root):
        description = {"Hostname": name, "TLSInfo": {"TrustRoot": root}}
        return {"Status": {"State": state}, "Description": description}

    nodes = [node("m1", "ready", "new\n"), node("w1", "ready", "old"), node("w2", "down", "old")]
    assert nodes_behind_root(nodes, "new") == ["w1"]
