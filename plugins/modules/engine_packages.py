#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_packages
short_description: Install a Docker Engine from packages, pinned and held
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Installs, upgrades, downgrades, holds and removes the packages of a Docker Engine in one transaction.
  - Has the package names for Docker's own repository and for the distribution's, and removes those of the other source,
    which conflict with them.
  - No package starts or restarts a service. If the packages of a running engine changed, this is recorded for
    M(dockyard.swarm.engine_service).
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description: Whether the host has an engine.
    type: str
    choices: [present, absent]
    default: present
  source:
    description:
      - Packages from Docker (V(docker)), whose repository M(dockyard.swarm.engine_repository) adds, or from the
        distribution.
    type: str
    choices: [docker, distribution]
    default: docker
  version:
    description:
      - The beginning of a version, such as V(27.5). The newest matching package is installed, even if that is a
        downgrade.
      - V(latest) follows the package sources. If empty, an installed engine is not changed.
    type: str
    default: ''
  hold:
    description:
      - Keep the engine's packages from being upgraded by other tools, or release them. If not set, this is not changed.
    type: bool
  extras:
    description:
      - Further parts of Docker to install.
      - V(python) is the Docker SDK for Python, which modules of other collections may need on the host.
        This collection needs it only if C(docker_host) is not a Unix socket.
    type: list
    elements: str
    choices: [buildx, compose, rootless, python]
    default: []
  refresh:
    description: Fetch the package lists before installing, even if they are recent.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Install the newest engine of the 27.5 series, and hold it
  dockyard.swarm.engine_packages:
    version: "27.5"
    hold: true

- name: Install the distribution's engine
  dockyard.swarm.engine_packages:
    source: distribution
"""

RETURN = r"""
installed:
  description: Name to version of what was installed, or would be; the version is empty if it is not known yet.
  returned: success
  type: dict
removed:
  description: Packages that were removed, or would be.
  returned: success
  type: list
  elements: str
action:
  description: V(restart) if a running engine's packages changed.
  returned: success
  type: str
  sample: none
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import PACKAGES
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import install
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import describe
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **PACKAGES,
        "refresh": {"type": "bool", "default": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    run = runner(module, install.ENVIRONMENT)
    planned = install.plan(module.params, run, may_refresh=not module.check_mode)
    if planned.changed and not module.check_mode:
        install.apply(planned, run)
    return {
        "changed": planned.changed,
        "installed": planned.change.install,
        "removed": planned.change.remove,
        "action": planned.action,
        "diff": describe(planned.change, planned.installed),
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
