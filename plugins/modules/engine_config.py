#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_config
short_description: Configure a Docker Engine through daemon.json
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Merges a declared configuration over safe defaults, validates the result and puts it in place in one step.
  - A configuration that the engine would refuse to start with is refused before anything is touched,
    with a sentence for each key that is wrong.
  - Does not restart anything. It tells whether the engine needs a reload or a restart, and leaves a note in C(/run)
    that M(dockyard.swarm.engine_service) acts upon, in this run or in the next.
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
    description: V(absent) removes the file and all that goes with it.
    type: str
    choices: [present, absent]
    default: present
  daemon:
    description:
      - Keys of C(daemon.json), in the engine's own spelling.
      - Mappings are merged with the defaults', all else replaces them.
      - A key that is V(null) is left out of the file.
    type: dict
    default: {}
  defaults:
    description:
      - Lay the declaration over safe defaults - rotating C(json-file) logs, C(overlay2) where no other driver holds
        images, a limit of open files for containers, and the MTU of the interface that carries the default route.
      - Without them the file holds what O(daemon) says.
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
    description:
      - Proxies the engine uses itself, to pull images for example. They go into a drop-in of its systemd unit.
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
    description:
      - Texts of certificates. They are written to C(/etc/dockyard/tls), and C(tlsverify) is switched on, so that
        C(hosts) in O(daemon) may name a TCP address.
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
    description:
      - The host is, or is about to be, a member of a swarm. Keys that swarm mode does not bear are then refused.
    type: bool
    default: false
  path:
    description: The file.
    type: path
    default: /etc/docker/daemon.json
seealso:
  - module: dockyard.swarm.engine_service
"""

EXAMPLES = r"""
- name: Keep more of each container's log, and know a registry of our own
  dockyard.swarm.engine_config:
    daemon:
      log-opts:
        max-size: 50m
      insecure-registries:
        - registry.internal:5000
"""

RETURN = r"""
config:
  description: The configuration as it is, or would be, in the file.
  returned: success
  type: dict
action:
  description: What a running engine needs to take up the change - V(none), V(reload) or V(restart).
  returned: success
  type: str
  sample: reload
changed_keys:
  description: Names of the keys that changed.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.apply import apply, plan
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.daemon_json import secrets_in
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import CONFIG, DAEMON_JSON
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import runner
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        **CONFIG,
        "path": {"type": "path", "default": DAEMON_JSON},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    # Tokens of log drivers and passwords of proxies are in no invocation, result or diff.
    module.no_log_values.update(secrets_in(module.params["daemon"]))
    run = runner(module)
    planned = plan(module.params, run)
    if planned.changed and not module.check_mode:
        apply(planned, run)
    return {
        "changed": planned.changed,
        "config": planned.config,
        "action": planned.action,
        "changed_keys": planned.keys,
        "diff": [change.as_diff() for change in planned.files if change.changed],
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
