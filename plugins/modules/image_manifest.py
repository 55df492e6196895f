#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_manifest
short_description: List what is installed and configured on a host that becomes an image
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads the distribution's release, the packages with their versions, the engine's components, the container images by
    digest, and the digest of each file in C(/etc) that is not specific to this host.
  - Contains no time and no identity, so that equal hosts have equal manifests.
extends_documentation_fragment:
  - dockyard.swarm.engine
  - dockyard.swarm.engine.attributes
  - dockyard.swarm.engine.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Read the content of the host
  dockyard.swarm.image_manifest:
  register: baked

- name: Write the manifest beside the image
  ansible.builtin.copy:
    content: "{{ baked.manifest | to_nice_json }}"
    dest: build/images/docker.manifest.json
    mode: "0644"
  delegate_to: localhost
"""

RETURN = r"""
manifest:
  description: The content of the host.
  returned: success
  type: dict
  contains:
    distribution:
      description: Name and release.
      type: dict
    engine:
      description: The engine's API version, and the version of each component.
      type: dict
    packages:
      description: Package to version.
      type: dict
    images:
      description: Reference by digest to image id.
      type: dict
    configuration:
      description: Path to the digest of the file's content, or to the target of the link.
      type: dict
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import connect, engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._image import manifest
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return engine_argument_spec()


def act(module: AnsibleModule) -> dict[str, Any]:
    return {"manifest": manifest.manifest(connect(module), module.run_command)}


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
