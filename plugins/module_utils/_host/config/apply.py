# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the host's daemon.json, compute the new one, validate it, and write it."""

from __future__ import annotations

import json
import os
import re
import resource
import shlex
import tempfile
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host import pending
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import daemon_json as rules
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config import dropin, hardening, tls
from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._host.network import default_route_mtu
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run, Unit, read_sockets, read_unit
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

_VALIDATES_SINCE = (23, 0)
_DATA_ROOT = "/var/lib/docker"
_RUN = os.path.dirname(pending.PATH)


class ConfigError(UserError):
    """The declared configuration is invalid; the file in place was kept."""


@dataclass(frozen=True)
class Planned:
    """The files to write, and what the running engine then needs."""

    config: dict[str, Any]
    files: list[FileChange]
    action: str
    keys: list[str]
    unit: Unit

    @property
    def changed(self) -> bool:
        """At least one file changes."""
        return any(file.changed for file in self.files)


def plan(params: dict[str, Any], run: Run) -> Planned:
    """Compute daemon.json, the systemd drop-in, the certificates and the audit rules.

    Args:
        params: the options of the module engine_config.
        run: starts a program and returns its status, stdout and stderr.

    Raises:
        ConfigError: with one line for each wrong key.
    """
    path = params["path"]
    unit = read_unit(run)
    if params["state"] == "absent":
        places = (path, dropin.PATH, hardening.AUDIT_PATH, *(tls.PATHS.values()))
        files = [plan_file(name, None) for name in places]
        return Planned({}, files, "none", [], unit)
    found, found_problem = _found(path)
    fits = _overlay2_fits(str(params["daemon"].get("data-root") or found.get("data-root") or _DATA_ROOT))
    defaults = rules.safe_defaults(default_route_mtu(), _nofile(), fits) if params["defaults"] else {}
    certificates = tls.plan_certificates(params["tls"])
    preset = hardening.hardened(params["hardening"], params["swarm_member"])
    wanted = rules.merge({**defaults, **preset, **tls.keys(params["tls"])}, params["daemon"], found)

    dropin_text = dropin.render_dropin(params["proxy"] or {}, unit.command_line, "hosts" in wanted)
    command_line = rules.without_hosts(unit.command_line) if "hosts" in wanted else unit.command_line
    _check(wanted, certificates, params["swarm_member"], command_line, run, path)

    daemon_file = plan_file(path, rules.render(wanted))
    if found == wanted and not found_problem and daemon_file.mode_before == daemon_file.mode:
        # The same settings with another formatting: not a change that was declared.
        daemon_file = plan_file(path, daemon_file.before)
    daemon_file = replace(daemon_file, secrets=frozenset(rules.secrets_in(found) | rules.secrets_in(wanted)))
    dropin_file = plan_file(dropin.PATH, dropin_text, mode=0o600, secret=True)
    action = rules.action_for(found, wanted) if daemon_file.changed else "none"
    keys = rules.changed_keys(found, wanted) if daemon_file.changed else []
    for change, name in [(dropin_file, "systemd drop-in"), *((change, "certificates") for change in certificates)]:
        if change.changed and name not in keys:
            action, keys = "restart", [*keys, name]
    data_root = str(wanted.get("data-root") or _DATA_ROOT)
    audit = hardening.audit_rules(params["hardening"], os.path.isdir(hardening.AUDIT_FOLDER), os.path.isdir, data_root)
    audit_file = plan_file(hardening.AUDIT_PATH, audit, mode=0o640)
    return Planned(wanted, [*certificates, daemon_file, dropin_file, audit_file], action, keys, unit)


def apply(planned: Planned, run: Run) -> None:
    """Record what the engine will need (reload, restart), then write the files.

    In this order, an interrupted run leads to one restart too many, never to one too few.
    """
    pending.write(planned.action, planned.keys, planned.unit.started)
    for change in planned.files:
        apply_file(change)
    if any(change.path == dropin.PATH and change.changed for change in planned.files):
        run(["systemctl", "daemon-reload"])
    if any(change.path == hardening.AUDIT_PATH and change.changed for change in planned.files):
        # Where the kernel's audit rules are locked (auditctl -e 2), they are loaded at the next boot.
        run(["augenrules", "--load"])


def _check(
    wanted: dict[str, Any], certificates: list[FileChange], member: bool, command_line: str, run: Run, path: str
) -> None:
    binary = shlex.split(command_line)[0] if command_line else "/usr/bin/dockerd"
    version = _engine_version(binary, run)
    engine_validates = version is not None and version >= _VALIDATES_SINCE
    problems = rules.problems_of(
        wanted,
        member=member,
        command_line=command_line,
        version=version,
        engine_validates=engine_validates,
        sockets=read_sockets(run),
    )
    if not problems and engine_validates:
        problems = _ask_engine(wanted, certificates, command_line or binary, run)
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        raise ConfigError(
            f"{path} was left as it is, because the engine would not start with the declared configuration:\n{listed}"
        )


def _ask_engine(wanted: dict[str, Any], certificates: list[FileChange], command_line: str, run: Run) -> list[str]:
    """Run `dockerd --validate` with the unit's own flags, on temporary copies: it reads the certificates too."""
    # In memory: the engine's key is among them, and is written to no disk but in its own place.
    os.makedirs(_RUN, mode=0o755, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="check-", dir=_RUN) as folder:
        places = {change.path: os.path.join(folder, os.path.basename(change.path)) for change in certificates}
        for change in filter(lambda change: change.after is not None, certificates):
            apply_file(replace(change, path=places[change.path], before=None))
        copied = {key: places.get(value, value) if isinstance(value, str) else value for key, value in wanted.items()}
        path = os.path.join(folder, "daemon.json")
        apply_file(FileChange(path, None, rules.render(copied)))
        status, _out, err = run([*shlex.split(command_line), "--validate", "--config-file", path])
    lines = [line.replace(path, "the file").replace(folder, "the certificates") for line in err.strip().splitlines()]
    return [] if status == 0 else [line for line in lines if line.strip()][-3:]


def _engine_version(binary: str, run: Run) -> tuple[int, int] | None:
    if not os.path.exists(binary):
        return None
    _status, out, _err = run([binary, "--version"])
    match = re.search(r"(\d+)\.(\d+)", out)
    return (int(match.group(1)), int(match.group(2))) if match else None


def _found(path: str) -> tuple[dict[str, Any], bool]:
    """The current configuration, and whether the file has other content than a JSON object."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        return {}, False
    except ValueError:
        return {}, True
    return (document, False) if isinstance(document, dict) else ({}, True)


def _overlay2_fits(data_root: str) -> bool:
    return os.path.isdir(f"{data_root}/overlay2") or not os.path.isdir(f"{data_root}/containers")


def _nofile() -> int | None:
    """The hard limit of open files of the host's first process, which is the most that systemd can give to units."""
    try:
        hard = resource.prlimit(1, resource.RLIMIT_NOFILE)[1]
    except (OSError, ValueError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard == resource.RLIM_INFINITY else hard
