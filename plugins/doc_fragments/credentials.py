# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options shared by the modules that tell nodes how to pull from a registry."""

    DOCUMENTATION = r"""
options:
  host_credentials:
    description:
      - Whether registry credentials in the Docker configuration of the user the module runs as are used, for looking up
        digests and by the nodes for pulling.
    type: bool
    default: true
  registries:
    description:
      - Credentials for registries. They win over the host's own and are not stored on the host.
    type: list
    elements: dict
    default: []
    suboptions:
      registry:
        description: The registry as image references name it, such as V(registry.example.com:5000), or V(docker.io).
        type: str
        required: true
      username:
        description: The account's name.
        type: str
        required: true
      password:
        description: Its password or token.
        type: str
        required: true
"""
