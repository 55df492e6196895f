# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of the modules that give nodes credentials for pulling images."""

    DOCUMENTATION = r"""
options:
  host_credentials:
    description:
      - Whether to use the registry credentials in the Docker configuration of the user that the module runs as, for
        looking up digests and for pulling on the nodes.
    type: bool
    default: true
  registries:
    description:
      - Credentials for registries. They take precedence over the host's own and are not stored on the host.
    type: list
    elements: dict
    default: []
    suboptions:
      registry:
        description: The registry as in image references, such as V(registry.example.com:5000) or V(docker.io).
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
