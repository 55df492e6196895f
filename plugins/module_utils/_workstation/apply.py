# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Write the SSH configuration and the Docker contexts of a workstation for a fleet."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.contexts import Context, Plan, decide
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.ssh_config import (
    Host,
    render,
    with_include,
    without_include,
)

Json = dict[str, Any]


def set_up(params: Json, run: Run, check_mode: bool) -> Json:
    """Set up access to the hosts of a fleet on this workstation, or remove it.

    Args:
        params: options of the module `workstation`.

    Returns:
        The result of the module.
    """
    fleet, folder = params["fleet"], params["ssh_folder"]
    present = params["state"] == "present"
    if present and not params["hosts"]:
        raise UserError(f"hosts is empty; nothing was changed for the fleet {fleet}: set state: absent to remove it")
    given = params["hosts"] if present else []
    hosts = [Host(**{key: value for key, value in host.items() if value is not None}) for host in given]
    file = os.path.join(folder, "dockyard", f"{fleet}.conf")
    config = os.path.join(folder, "config")
    own, theirs = _read(file), _read(config)
    try:
        desired = render(fleet, hosts) if hosts else ""
    except ValueError as error:
        raise UserError(str(error)) from error
    plan = decide(fleet, [host.name for host in hosts], _contexts(run)) if params["contexts"] else Plan()
    included = with_include(theirs, file) if hosts else without_include(theirs, file)
    if not check_mode:
        _write(file, own, desired)
        _write(config, theirs, included)
        _apply(run, plan)
    return {
        "changed": plan.changed or own != desired or theirs != included,
        "contexts": sorted(host.name for host in hosts) if params["contexts"] else [],
        "removed": list(plan.remove),
        "ssh_config": file,
        "diff": [
            {"before_header": file, "after_header": file, "before": own, "after": desired},
            {"before_header": config, "after_header": config, "before": theirs, "after": included},
            {"before": _shown(plan, before=True), "after": _shown(plan, before=False)},
        ],
    }


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


def _write(file: str, before: str, after: str) -> None:
    if before == after:
        return
    if not after and before:
        os.unlink(file)
        return
    os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
    partial = f"{file}.new"
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(after)
    # If the configuration is a symbolic link, its target is replaced and the link is kept.
    os.replace(partial, os.path.realpath(file))


def _contexts(run: Run) -> dict[str, Context]:
    listed = [json.loads(line) for line in _docker(run, "ls", "--format", "{{json .}}").splitlines() if line.strip()]
    return {item["Name"]: Context(item["Name"], item["Description"], item["DockerEndpoint"]) for item in listed}


def _apply(run: Run, plan: Plan) -> None:
    for verb, contexts in (("create", plan.create), ("update", plan.update)):
        for context in contexts:
            described = ["--description", context.description, "--docker", f"host={context.endpoint}"]
            _docker(run, verb, *described, context.name)
    for name in plan.remove:
        _docker(run, "rm", "--force", name)


def _docker(run: Run, *words: str) -> str:
    command = ["docker", "context", *words]
    status, out, err = run(command)
    if status == 127:
        raise UserError("Docker contexts need the docker CLI on this workstation: install it, or set contexts: false")
    if status != 0:
        raise UserError(f"{' '.join(command)} failed: {err.strip()}")
    return out


def _shown(plan: Plan, before: bool) -> str:
    if before:
        return "".join(f"context {name}\n" for name in plan.remove)
    return "".join(f"context {context.name} {context.endpoint}\n" for context in (*plan.create, *plan.update))
