#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_image
short_description: Release or deprecate a Compute Engine image, and prune old ones
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Adds a tested image to its family, or deprecates an image that failed its test.
  - Keeps the newest images of a family and deprecates or deletes older ones.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
extends_documentation_fragment:
  - dockyard.swarm.gce_module
  - dockyard.swarm.gce_module.attributes
  - dockyard.swarm.gce_module.actiongroup
attributes:
  idempotent:
    support: full
options:
  fleet:
    description:
      - Not used for images; it only appears in messages.
    required: false
    default: image
  name:
    description: The image. Required unless O(state=pruned).
    type: str
  state:
    description:
      - V(tested) - the image has the label C(docker-ready=tested) and belongs to O(family).
      - V(failed) - the image has the label C(docker-ready=failed) and is deprecated, so that no family resolves to it.
        O(reason) is in its description.
      - V(pruned) - only the newest O(keep) images of O(family) are kept in use; O(older) says what happens to the
        others.
    type: str
    choices: [tested, failed, pruned]
    required: true
  family:
    description: The image family. Required for V(tested) and V(pruned).
    type: str
  labels:
    description: Further labels for a tested image, such as the engine's version. Dots are replaced by dashes.
    type: dict
    default: {}
  reason:
    description: Why the image failed.
    type: str
    default: ''
  keep:
    description: How many images of the family are kept in use.
    type: int
    default: 3
  older:
    description:
      - What happens to older images. A deprecated image can still be used by its name.
    type: str
    choices: [deprecate, delete]
    default: deprecate
"""

EXAMPLES = r"""
- name: Release an image that was tested
  dockyard.swarm.gce_image:
    project: my-project
    name: dockyard-debian-13-docker-27-5-20261120-220000
    state: tested
    family: docker-host
    labels:
      engine-version: 27.5.1
  delegate_to: localhost

- name: Keep five images in use
  dockyard.swarm.gce_image:
    project: my-project
    state: pruned
    family: docker-host
    keep: 5
  delegate_to: localhost
"""

RETURN = r"""
image:
  description: The image afterwards. In check mode, the image as it is now.
  returned: when O(name) is set
  type: dict
kept:
  description: Images of the family that are in use, newest first.
  returned: when O(state=pruned)
  type: list
  elements: str
steps:
  description: The steps that were done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["patch_image image dockyard-debian-13 (global)"]
changes:
  description: The changes by resource. V(change) includes deletion followed by creation.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: image, name: dockyard-debian-13, action: change, details: ["patch image dockyard-debian-13 (global)"]}
project:
  description: The project.
  returned: always
  type: str
  sample: my-project
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import image_use
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.module import gce_argument_spec, run_plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.reading import Reader


def argument_spec() -> dict[str, Any]:
    return {
        **gce_argument_spec(),
        "fleet": {"type": "str", "default": "image"},
        "name": {"type": "str"},
        "state": {"type": "str", "choices": ["tested", "failed", "pruned"], "required": True},
        "family": {"type": "str"},
        "labels": {"type": "dict", "default": {}},
        "reason": {"type": "str", "default": ""},
        "keep": {"type": "int", "default": 3},
        "older": {"type": "str", "choices": ["deprecate", "delete"], "default": "deprecate"},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    params = module.params

    def plan_of(reader: Reader) -> Plan:
        if params["state"] == "pruned":
            if params["keep"] < 1:
                raise UserError("keep must leave at least one image to start hosts from")
            return image_use.decide_prune(reader.images_of(params["family"]), params["keep"], params["older"])
        image = reader.image(params["name"])
        if params["state"] == "tested":
            return image_use.decide_tested(image, params["family"], params["labels"])
        return image_use.decide_failed(image, params["reason"])

    def result_of(reader: Reader, _plan: Plan) -> dict[str, Any]:
        if params["state"] == "pruned":
            return {"kept": image_use.in_use(reader.images_of(params["family"]))}
        return {"image": reader.image(params["name"])}

    return run_plan(module, plan_of, result_of)


def main() -> None:
    run_module(
        act,
        argument_spec(),
        required_if=[
            ("state", "tested", ("name", "family")),
            ("state", "failed", ("name",)),
            ("state", "pruned", ("family",)),
        ],
    )


if __name__ == "__main__":
    main()
