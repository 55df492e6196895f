#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_generalise
short_description: Prepare a host to become an image for many hosts
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Stops the engine and other services that write files, then removes everything that belongs to this host only. These
    are the engine's identity and state, the machine id, SSH host keys, users' keys and credentials, histories, caches,
    logs, leases and random seeds. Fails if anything is left afterwards.
  - Hosts created from the image then differ in engine id, machine id and SSH host keys.
  - The host itself is not usable afterwards. Members of a swarm are refused.
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - A connection to the host leaves traces, such as login records, which the next run removes.
options:
  data_root:
    description: The engine's data directory.
    type: path
    default: /var/lib/docker
  keep_images:
    description: Keep the engine's container images.
    type: bool
    default: false
notes:
  - Services that were stopped stay enabled and start when a host boots from the image.
"""

EXAMPLES = r"""
- name: Remove identities, keys, logs and caches of this host
  dockyard.swarm.image_generalise:
    keep_images: true
"""

RETURN = r"""
stopped:
  description: Units that were running and are stopped, or would be.
  returned: success
  type: list
  elements: str
cleaned:
  description: What was removed or emptied, or would be.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Its path.
      type: str
    kind:
      description: Its kind - V(identity), V(key), V(history), V(cache), V(log) or V(engine).
      type: str
  sample: [{path: /etc/machine-id, kind: identity}]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._image import generalise
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        "data_root": {"type": "path", "default": "/var/lib/docker"},
        "keep_images": {"type": "bool", "default": False},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    request = generalise.Request(module.params["data_root"], module.params["keep_images"])
    plan = generalise.read(request, module.run_command)
    if plan.changed and not module.check_mode:
        generalise.apply(request, plan, module.run_command)
    return {
        "changed": plan.changed,
        "stopped": plan.stop,
        "cleaned": [{"path": item.path, "kind": item.kind} for item in plan.found],
        "diff": generalise.describe(plan),
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
