#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_host
short_description: Prepare a host for a Docker Engine, and report what is left to do
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Sets sysctls and loads kernel modules, now and at every boot; those that the kernel does not have are skipped.
  - Detects the kernel features for an engine and a swarm. Missing ones are listed with their consequences.
  - Fails, before anything is changed, if a needed feature is missing, or for wrong types in O(config.daemon).
  - Returns whether the host's engine is already installed and running as O(packages) and O(config) declare. Such a host
    needs no further module.
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
    description: V(absent) removes what this module has set up for every boot.
    type: str
    choices: [present, absent]
    default: present
  needs:
    description: The abilities that the use of this host depends on. A missing one is an error; others are only
        reported.
    type: list
    elements: str
    choices: [routing_mesh, overlay_networks, user_namespaces, cgroup_v2, time_sync]
    default: []
  sysctls:
    description: Names and values of sysctls.
    type: dict
    default: {}
  modules:
    description: Kernel modules to load if the kernel has them.
    type: list
    elements: str
    default: []
  firewall:
    description:
      - Published ports will be filtered with M(dockyard.swarm.engine_firewall). A configuration that prevents this is
        refused.
    type: bool
    default: false
  warn_open_swarm_ports:
    description: Warn if the host is a member of a swarm and its swarm ports are not filtered.
    type: bool
    default: false
  parts:
    description: Parts of the role P(dockyard.swarm.docker#role), besides the engine, that are declared for the host.
    type: list
    elements: str
    choices: [users, logins, prune, firewall]
    default: []
  membership:
    description: Also return the result of M(dockyard.swarm.cluster_info), so that the host need not be asked again.
    type: bool
    default: false
  repository:
    description: The options for M(dockyard.swarm.engine_repository).
    type: dict
    suboptions:
      state:
        description: Whether the repository is configured on the host.
        type: str
        choices: [present, absent]
        default: present
      url:
        description: The repository's URL; Docker's own if empty.
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
        description: URL of the repository's key.
        type: str
        default: ''
      fingerprint:
        description: The key's fingerprint; that of Docker's key if empty.
        type: str
        default: ''
  packages:
    description: The options for M(dockyard.swarm.engine_packages).
    type: dict
    suboptions:
      source:
        description: Packages from Docker, or from the distribution.
        type: str
        choices: [docker, distribution]
        default: docker
      version:
        description: The beginning of a version. With V(latest), the host never counts as settled.
        type: str
        default: ''
      hold:
        description: Whether the engine's packages are held. If not set, this is not changed.
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
    description: The options for M(dockyard.swarm.engine_config).
    type: dict
    suboptions:
      daemon:
        description: Keys of C(daemon.json). Their types are checked before anything is installed.
        type: dict
        default: {}
      defaults:
        description: Merge the declared keys over safe defaults.
        type: bool
        default: true
      hardening:
        description:
          - V(cis) adds the settings of the CIS Docker Benchmark that do not break a swarm, and audit rules for the
            engine's files if auditd is installed. O(config.daemon) takes precedence.
        type: str
        choices: [none, cis]
        default: none
      proxy:
        description: Proxies that the engine itself uses.
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
        description: Certificates as PEM texts.
        type: dict
        suboptions:
          ca:
            description: Certificate of the authority that signs client certificates.
            type: str
            required: true
          cert:
            description: The engine's certificate.
            type: str
            required: true
          key:
            description: The private key of the engine's certificate.
            type: str
            required: true
      swarm_member:
        description: Whether the host is, or is about to be, a member of a swarm.
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

- name: Check whether anything is left to do for the engine
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
  description: The abilities of the host, found and missing, as text.
  returned: always
  type: str
abilities:
  description: The abilities, by name.
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
  description: Parts that earlier runs have set up on this host - V(firewall), V(prune), V(repository).
  returned: success
  type: list
  elements: str
kernel_settled:
  description: Whether sysctls and kernel modules were already as declared.
  returned: success
  type: bool
parts:
  description: O(parts), and those of RV(managed) that may have to be removed, in the order of the role.
  returned: success
  type: list
  elements: str
  sample: [firewall]
membership:
  description: The host's swarm membership. The keys are those of M(dockyard.swarm.cluster_info), and C(settings).
  returned: with O(membership)
  type: dict
  sample: {state: active, role: manager}
unknown_sysctls:
  description: Sysctls that this kernel does not have.
  returned: success
  type: list
  elements: str
repository_settled:
  description: Whether M(dockyard.swarm.engine_repository) would change nothing. The key is not downloaded for this
      check.
  returned: with O(packages) and O(config)
  type: bool
settled:
  description:
    - The engine is installed and configured as declared, enabled, answers, and has applied its configuration.
    - The modules for packages, configuration and the engine's service would change nothing.
  returned: with O(packages) and O(config)
  type: bool
swarm:
  description: The engine's membership. The keys are those of RV(dockyard.swarm.engine_service#module:swarm).
  returned: with O(packages) and O(config)
  type: dict
  sample: {state: inactive, node_id: "", manager: false, managers: []}
version:
  description: Version of the running engine; empty if none is running.
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
    # Keeps tokens of log drivers and passwords of proxies out of invocations, results and diffs.
    module.no_log_values.update(secrets_in((module.params["config"] or {}).get("daemon")))
    result = inspect_host(module.params, runner(module, install.ENVIRONMENT), module.check_mode)
    if module.params["membership"]:
        result["membership"] = inspect_member(DEFAULT_DOCKER_HOST)
    return result


def main() -> None:
    run_module(act, argument_spec(), required_together=[("packages", "config")])


if __name__ == "__main__":
    main()
