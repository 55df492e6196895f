#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_preload
short_description: Pull container images to a host before its first deploy
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Pulls container images by digest, so that a service with the same digest starts without access to its registry.
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  images:
    description:
      - References by digest, such as V(registry.example.com/shop/web@sha256:…).
      - A tag is refused, because it may point to another image later.
    type: list
    elements: str
    required: true
  logins:
    description:
      - Credentials for registries that require them, by the registry's host, such as V(registry.example.com).
      - They are used for the pull and not stored on the host.
    type: dict
    default: {}
  engine_timeout:
    description: Seconds without any progress after which a pull fails.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Pull the web server's image
  dockyard.swarm.image_preload:
    images:
      - registry.example.com/shop/web@sha256:2b8b1a8b6b3d8d8d7e1b8b1a8b6b3d8d8d7e1b8b1a8b6b3d8d8d7e1b8b1a8b6b
    logins:
      registry.example.com:
        username: puller
        password: "{{ registry_password }}"
"""

RETURN = r"""
pulled:
  description: What was pulled, or would be.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._image import preload
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return {
        **engine_argument_spec(),
        "engine_timeout": {"type": "int", "default": 300},
        "images": {"type": "list", "elements": "str", "required": True},
        "logins": {"type": "dict", "default": {}, "no_log": True},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    desired = list(dict.fromkeys(module.params["images"]))
    preload.check(desired)
    engine = connect(module)
    plan = preload.read(desired, engine)
    if plan.pull and not module.check_mode:
        preload.apply(plan, engine, module.params["logins"])
    diff = {
        "before": "".join(f"{reference}\n" for reference in plan.present),
        "after": "".join(f"{reference}\n" for reference in desired),
    }
    return {"changed": bool(plan.pull), "pulled": plan.pull, "diff": diff}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
