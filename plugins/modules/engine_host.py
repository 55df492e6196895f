#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_host
short_description: Prepare a host for a Docker Engine, and tell what is left to do for it
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Sets sysctls and loads kernel modules, now and at every boot; those the kernel does not have are left out.
  - Looks at what the kernel can do for an engine and a swarm. What it lacks is listed in one block, with what it means.
  - Fails, before anything is changed, on what the declared use needs, and on wrong types in O(config.daemon).
  - Tells whether the host's engine already is and runs as O(packages) and O(config) say. No further module has to be
    sent to such a host.
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
    description: V(absent) takes back what this module set up for every boot.
    type: str
    choices: [present, absent]
    default: present
  needs:
    description: What the use of this host depends on. Missing it is a failure; otherwise it is only told.
    type: list
    elements: str
    choices: [routing_mesh, overlay_networks, user_namespaces, cgroup_v2, time_sync]
    default: []
  sysctls:
    description: Names and values.
    type: dict
    default: {}
  modules:
    description: Kernel modules to load where the kernel has them.
    type: list
    elements: str
    default: []
  packages:
    description: What M(dockyard.swarm.engine_packages) will be asked for.
    type: dict
    suboptions:
      source:
        description: Packages of Docker, or of the distribution.
        type: str
        choices: [docker, distribution]
        default: docker
      version:
        description: The beginning of a version. With V(latest), there always is something left to do.
        type: str
        default: ''
      hold:
        description: Whether the engine's packages shall be held. Not given leaves that as it is.
        type: bool
      extras:
        description: Further parts of Docker to install.
        type: list
        elements: str
        choices: [buildx, compose, rootless]
        default: []
  config:
    description: What M(dockyard.swarm.engine_config) will be asked for.
    type: dict
    suboptions:
      daemon:
        description: Keys of C(daemon.json). Their types are checked before anything is installed.
        type: dict
        default: {}
      defaults:
        description: Lay the declaration over safe defaults.
        type: bool
        default: true
      proxy:
        description: Proxies the engine uses itself.
        type: dict
        suboptions:
          http:
            description: Proxy for C(http).
            type: str
          https:
            description: Proxy for C(https).
            type: str
          no_proxy:
            description: Comma-separated names that are reached directly.
            type: str
      tls:
        description: Texts of certificates.
        type: dict
        suboptions:
          ca:
            description: Certificate of the authority that signs clients.
            type: str
            required: true
          cert:
            description: The engine's certificate.
            type: str
            required: true
          key:
            description: Its key.
            type: str
            required: true
      swarm_member:
        description: The host is, or is about to be, a member of a swarm.
        type: bool
        default: false
seealso:
  - module: dockyard.swarm.engine_packages
  - module: dockyard.swarm.engine_config
  - module: dockyard.swarm.engine_service
"""

EXAMPLES = r"""
- name: Prepare a member of a swarm whose services rely on the routing mesh
  dockyard.swarm.engine_host:
    needs: [routing_mesh, overlay_networks]
    sysctls:
      net.ipv4.ip_forward: 1
    modules: [overlay, br_netfilter, ip_vs]

- name: See whether anything is left to do for the engine
  dockyard.swarm.engine_host:
    packages:
      source: distribution
    config:
      daemon:
        live-restore: false
  register: host
"""

RETURN = r"""
preflight:
  description: What the host has and lacks, in one block.
  returned: always
  type: str
abilities:
  description: The same, by name.
  returned: always
  type: dict
  sample:
    routing_mesh: false
managed:
  description: What earlier runs set up on this host and may have to take back - V(firewall), V(prune), V(repository).
  returned: success
  type: list
  elements: str
unknown_sysctls:
  description: Sysctls this kernel does not have.
  returned: success
  type: list
  elements: str
settled:
  description:
    - The engine is installed and configured as declared, is enabled, answers, and has taken up its configuration.
    - Modules for packages, configuration and the engine's service would change nothing.
  returned: with O(packages) and O(config)
  type: bool
swarm:
  description: The engine's membership. The keys are those of RV(dockyard.swarm.engine_service#module:swarm).
  returned: with O(packages) and O(config)
  type: dict
  sample: {state: inactive, node_id: "", manager: false, managers: []}
version:
  description: Version of the engine that runs; empty when none does.
  returned: with O(packages) and O(config)
  type: str
  sample: 26.1.5
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import DEFAULT_DOCKER_HOST
from ansible_collections.dockyard.swarm.plugins.module_utils._host import engine_service as service
from ansible_collections.dockyard.swarm.plugins.module_utils._host import look as settled
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.schema import type_problems
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import capabilities as kernel
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import settings as prepare
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import CONFIG, PACKAGES
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import install
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Run, runner


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "needs": {"type": "list", "elements": "str", "choices": list(kernel.NEEDS), "default": []},
            "sysctls": {"type": "dict", "default": {}},
            "modules": {"type": "list", "elements": "str", "default": []},
            "packages": {"type": "dict", "options": PACKAGES},
            "config": {"type": "dict", "options": CONFIG},
        },
        required_together=[("packages", "config")],
        supports_check_mode=True,
    )
    run = runner(module, install.ENVIRONMENT)
    daemon = (module.params["config"] or {}).get("daemon", {})
    abilities = kernel.read_abilities(run)
    preflight = kernel.report(abilities)
    found = {ability.name: ability.present for ability in abilities}

    problems = type_problems(daemon)
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        module.fail_json(msg=f"Nothing was changed, because docker_daemon is wrong:\n{listed}", preflight=preflight)

    needs = list(module.params["needs"])
    if daemon.get("storage-driver", "overlay2") == "overlay2":
        needs.append("overlay_files")
    if daemon.get("userns-remap"):
        needs.append("user_namespaces")
    missing = kernel.missing(abilities, needs)
    if missing:
        names = ", ".join(ability.name for ability in missing)
        module.fail_json(
            msg=f"This host lacks what its declared use needs ({names}). It\n{preflight}",
            preflight=preflight,
            abilities=found,
        )

    present = module.params["state"] == "present"
    sysctls = {name: str(value) for name, value in module.params["sysctls"].items()} if present else {}
    planned = prepare.plan(sysctls, module.params["modules"] if present else [], kernel.module_finder(run))
    if planned.changed and not module.check_mode:
        try:
            prepare.apply(planned, sysctls, run)
        except prepare.PrepareError as error:
            module.fail_json(msg=str(error), preflight=preflight, abilities=found)
    if planned.changed and not all(found.values()):
        module.warn(f"What this host can do for an engine. It\n{preflight}")
    module.exit_json(
        changed=planned.changed,
        preflight=preflight,
        abilities=found,
        managed=prepare.managed(),
        unknown_sysctls=planned.unknown,
        diff=[change.as_diff() for change in planned.files if change.changed]
        + [{"before": f"module {name} not loaded\n", "after": f"module {name} loaded\n"} for name in planned.load]
        + [{"before": f"{name} other\n", "after": f"{name} = {value}\n"} for name, value in planned.sysctls.items()],
        **_left_to_do(module.params, run),
    )


def _left_to_do(params: dict[str, Any], run: Run) -> dict[str, Any]:
    if params["config"] is None:
        return {}
    seen = settled.look(params["packages"], params["config"], run, DEFAULT_DOCKER_HOST)
    return {
        "settled": seen.settled,
        "swarm": service.swarm_state(seen.info),
        "version": seen.info.get("ServerVersion", ""),
    }


if __name__ == "__main__":
    main()
