# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options, attributes and requirements of the modules that talk to an engine."""

    DOCUMENTATION = r"""
options:
  docker_host:
    description:
      - Address of the Docker Engine, as seen from the host on which the module runs.
      - A V(unix://) socket needs nothing but Python. A V(tcp://), V(https://) or V(ssh://) address needs
        the Docker SDK for Python.
      - If not set, the environment variable E(DOCKER_HOST) is used, then the default.
    type: str
    default: unix:///var/run/docker.sock
  engine_timeout:
    description:
      - Seconds to wait for an answer of the engine, and for each further part of it.
    type: int
    default: 60
requirements:
  - Docker Engine API 1.41 or newer (Docker 20.10)
  - For a O(docker_host) that is not a Unix socket, the Docker SDK for Python 5.0 or newer on the host
    (C(python3-docker))
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/dockyard.swarm.engine) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - dockyard.swarm.engine
"""
