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
  - Merges a declared configuration over safe defaults, validates the result and writes it atomically.
  - A configuration with which the engine would not start is refused before anything is changed, with one sentence for
    each wrong key.
  - Restarts nothing. It returns whether the engine needs a reload or a restart, and records this in C(/run) for
    M(dockyard.swarm.engine_service), in this run or the next.
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
    description: V(absent) removes the file and all other files that this module has written.
    type: str
    choices: [present, absent]
    default: present
  daemon:
    description:
      - Keys of C(daemon.json), in the engine's own spelling.
      - Mappings are merged with the default ones, all other values replace them.
      - A key with the value V(null) is removed.
    type: dict
    default: {}
  defaults:
    description:
      - Merge the declared keys over safe defaults - rotating C(json-file) logs, C(overlay2) unless another driver
        already stores images, a limit of open files for containers, and the MTU of the interface with the default
        route.
      - If V(false), the file contains only the keys of O(daemon).
    type: bool
    default: true
  hardening:
    description:
      - V(cis) adds the settings of the CIS Docker Benchmark that do not break a swarm, and audit rules for the engine's
        files if auditd is installed. O(daemon) takes precedence.
    type: str
    choices: [none, cis]
    default: none
  proxy:
    description:
      - Proxies that the engine itself uses, for example to pull images. They are written to a drop-in of its systemd
        unit.
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
      - Certificates as PEM texts. They are written to C(/etc/dockyard/tls), and C(tlsverify) is enabled, so that
        C(hosts) in O(daemon) may contain a TCP address.
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
    description:
      - Whether the host is, or is about to be, a member of a swarm. Keys that swarm mode rejects are then refused.
    type: bool
    default: false
  path:
    description: Path of the file.
    type: path
    default: /etc/docker/daemon.json
seealso:
  - module: dockyard.swarm.engine_service
"""

EXAMPLES = r"""
- name: Keep more of each container's log, and allow an insecure registry
  dockyard.swarm.engine_config:
    daemon:
      log-opts:
        max-size: 50m
      insecure-registries:
        - registry.internal:5000
"""

RETURN = r"""
config:
  description: The configuration in the file, or as it would be.
  returned: success
  type: dict
action:
  description: What a running engine needs to apply the change - V(none), V(reload) or V(restart).
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
    # Keeps tokens of log drivers and passwords of proxies out of invocations, results and diffs.
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
