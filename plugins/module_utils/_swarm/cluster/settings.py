# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The settings of a cluster: read them, change the named ones, keep all others."""

from __future__ import annotations

import copy
from typing import Any

Json = dict[str, Any]

_NANOSECONDS = 1_000_000_000

#: The section and key of each setting in the SwarmSpec, and how many API units (such as nanoseconds) make one of ours.
_PLACES: dict[str, tuple[tuple[str, str], int]] = {
    "task_history_limit": (("Orchestration", "TaskHistoryRetentionLimit"), 1),
    "snapshot_interval": (("Raft", "SnapshotInterval"), 1),
    "keep_old_snapshots": (("Raft", "KeepOldSnapshots"), 1),
    "log_entries_for_slow_followers": (("Raft", "LogEntriesForSlowFollowers"), 1),
    "heartbeat_period": (("Dispatcher", "HeartbeatPeriod"), _NANOSECONDS),
    "certificate_expiry": (("CAConfig", "NodeCertExpiry"), _NANOSECONDS),
    "autolock": (("EncryptionConfig", "AutoLockManagers"), 1),
}

#: All settings, by the names of the module's options.
SETTINGS = (*_PLACES, "labels", "external_cas")


def settings_view(spec: Json) -> Json:
    """The settings in a SwarmSpec, as the module returns them.

    Returns:
        `task_history_limit`, `snapshot_interval`, `keep_old_snapshots`, `log_entries_for_slow_followers`,
        `heartbeat_period` and `certificate_expiry` in seconds, `autolock`, `labels`, and `external_cas` (list of
        `url`, `protocol`, `options`, `ca_cert`).
    """
    view: Json = {}
    for name, ((section, key), unit) in _PLACES.items():
        value = (spec.get(section) or {}).get(key, False if name == "autolock" else None)
        view[name] = value // unit if unit > 1 and value is not None else value
    view["labels"] = dict(spec.get("Labels") or {})
    authorities = (spec.get("CAConfig") or {}).get("ExternalCAs") or []
    view["external_cas"] = [
        {
            "url": authority.get("URL", ""),
            "protocol": authority.get("Protocol", "cfssl"),
            "options": dict(authority.get("Options") or {}),
            "ca_cert": (authority.get("CACert") or "").strip(),
        }
        for authority in authorities
    ]
    return view


def settings_changes(spec: Json, wanted: Json) -> dict[str, tuple[Any, Any]]:
    """The settings that differ: name to (value before, value after).

    Args:
        spec: the cluster's SwarmSpec.
        wanted: settings in the form of `settings_view`; None or missing: keep the current value.
    """
    return differences(settings_view(spec), wanted)


def differences(view: Json, wanted: Json) -> dict[str, tuple[Any, Any]]:
    """The same of settings as of `settings_view`."""
    named = {name: value for name, value in wanted.items() if value is not None}
    return {name: (view[name], value) for name, value in named.items() if view[name] != value}


def changed_settings(spec: Json, changes: dict[str, tuple[Any, Any]]) -> Json:
    """A copy of the SwarmSpec with these changes; everything else is kept."""
    after = copy.deepcopy(spec)
    for name, (_before, value) in changes.items():
        if name == "labels":
            after["Labels"] = value
        elif name == "external_cas":
            after.setdefault("CAConfig", {})["ExternalCAs"] = [_authority(authority) for authority in value]
        else:
            (section, key), unit = _PLACES[name]
            section_after = dict(after.get(section) or {})
            section_after[key] = value * unit if unit > 1 else value
            after[section] = section_after
    return after


def with_new_root(spec: Json) -> Json:
    """A copy of the SwarmSpec that makes the cluster replace its certificate authority.

    The managers do so whenever the counter ForceRotate changes.
    """
    after = copy.deepcopy(spec)
    authority = dict(after.get("CAConfig") or {})
    authority["ForceRotate"] = int(authority.get("ForceRotate") or 0) + 1
    # A certificate and key that were set earlier would be sent again, and the rotation would keep them.
    authority.pop("SigningCACert", None)
    authority.pop("SigningCAKey", None)
    after["CAConfig"] = authority
    return after


def nodes_behind_root(nodes: list[Json], trust_root: str) -> list[str]:
    """Hostnames of ready nodes that do not trust the cluster's new root certificate yet.

    Args:
        nodes: from `GET /nodes`; those that are down are left out.
        trust_root: PEM, from `GET /swarm`.
    """
    return sorted(
        node["Description"]["Hostname"]
        for node in nodes
        if (node.get("Status") or {}).get("State") == "ready"
        and ((node["Description"].get("TLSInfo") or {}).get("TrustRoot") or "").strip() != trust_root.strip()
    )


def _authority(authority: Json) -> Json:
    return {
        "Protocol": authority["protocol"],
        "URL": authority["url"],
        "Options": authority["options"] or {},
        "CACert": authority["ca_cert"] or "",
    }
