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
  firewall:
    description:
      - Published ports will be filtered by M(dockyard.swarm.engine_firewall). A configuration that rules it out is
        refused.
    type: bool
    default: false
  warn_open_swarm_ports:
    description: Warn if the host is a member of a swarm, whose ports nobody filters.
    type: bool
    default: false
  parts:
    description: Parts of the role P(dockyard.swarm.docker#role) that are declared for the host beside the engine.
    type: list
    elements: str
    choices: [users, logins, prune, firewall]
    default: []
  membership:
    description: Also return what M(dockyard.swarm.cluster_info) would, so that the host need not be asked again.
    type: bool
    default: false
  repository:
    description: What M(dockyard.swarm.engine_repository) will be asked for.
    type: dict
    suboptions:
      state:
        description: Whether the host shall know the repository.
        type: str
        choices: [present, absent]
        default: present
      url:
        description: The repository's address; Docker's own if empty.
        type: str
        default: ''
      suite:
        description: The release's name in the repository; the host's own if empty.
        type: str
        default: ''
      channel:
        description: The repository's component.
        type: str
        default: stable
      key_url:
        description: Where the repository's key is.
        type: str
        default: ''
      fingerprint:
        description: The key's fingerprint; that of Docker's key if empty.
        type: str
        default: ''
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
        description:
          - Further parts of Docker to install.
          - V(python) is the Docker SDK for Python, which modules of other collections may need on the host.
        type: list
        elements: str
        choices: [buildx, compose, rootless, python]
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
      hardening:
        description:
          - V(cis) lays the declaration over what the CIS Docker Benchmark asks of an engine and does no harm to a
            swarm, and has auditd watch the engine's files where auditd is there.
        type: str
        choices: [none, cis]
        default: none
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
addresses:
  description: Addresses of the host's interfaces.
  returned: success
  type: list
  elements: str
  sample: [10.0.0.11]
managed:
  description: What earlier runs set up on this host and may have to take back - V(firewall), V(prune), V(repository).
  returned: success
  type: list
  elements: str
kernel_settled:
  description: Sysctls and kernel modules were as declared before.
  returned: success
  type: bool
parts:
  description: O(parts), and those of RV(managed) that may have to be taken back, in the order of the role.
  returned: success
  type: list
  elements: str
  sample: [firewall]
membership:
  description: What the host knows of its swarm. The keys are those of M(dockyard.swarm.cluster_info), and C(settings).
  returned: with O(membership)
  type: dict
  sample: {state: active, role: manager}
unknown_sysctls:
  description: Sysctls this kernel does not have.
  returned: success
  type: list
  elements: str
repository_settled:
  description: M(dockyard.swarm.engine_repository) would change nothing. Its key was not fetched to find out.
  returned: with O(packages) and O(config)
  type: bool
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
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.daemon_json import secrets_in
from ansible_collections.dockyard.swarm.plugins.module_utils._host.inspect import PARTS, inspect_host
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.capabilities import NEEDS
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import CONFIG, PACKAGES, REPOSITORY
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import install
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.reading import inspect_member


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "needs": {"type": "list", "elements": "str", "choices": list(NEEDS), "default": []},
        "sysctls": {"type": "dict", "default": {}},
        "modules": {"type": "list", "elements": "str", "default": []},
        "firewall": {"type": "bool", "default": False},
        "warn_open_swarm_ports": {"type": "bool", "default": False},
        "parts": {"type": "list", "elements": "str", "choices": list(PARTS), "default": []},
        "membership": {"type": "bool", "default": False},
        "repository": {"type": "dict", "options": REPOSITORY},
        "packages": {"type": "dict", "options": PACKAGES},
        "config": {"type": "dict", "options": CONFIG},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    # Tokens of log drivers and passwords of proxies are in no invocation, result or diff.
    module.no_log_values.update(secrets_in((module.params["config"] or {}).get("daemon")))
    result = inspect_host(module.params, runner(module, install.ENVIRONMENT), module.check_mode)
    if module.params["membership"]:
        result["membership"] = inspect_member(DEFAULT_DOCKER_HOST)
    return result


def main() -> None:
    run_module(act, argument_spec(), required_together=[("packages", "config")])


if __name__ == "__main__":
    main()
