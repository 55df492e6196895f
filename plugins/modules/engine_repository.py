#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_repository
short_description: Add the package repository of the Docker Engine
version_added: 0.1.0
author: The dockyard.swarm authors (@dockyard-swarm)
description:
  - Configures the repository for apt (deb822) or dnf, and its signing key, which is identified by its fingerprint.
  - A key with another fingerprint is refused before anything is changed.
  - Older definitions of the same repository, and its keys in other places, are removed first.
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
    description: Whether the repository is configured on the host.
    type: str
    choices: [present, absent]
    default: present
  url:
    description: URL of the repository or of a mirror. If empty, Docker's own for this distribution.
    type: str
    default: ''
  suite:
    description: The suite (apt) or release (dnf). If empty, that of the host.
    type: str
    default: ''
  channel:
    description: The component.
    type: str
    default: stable
  key_url:
    description:
      - URL of the key, V(http), V(https) or V(file). If empty, C(gpg) in O(url).
    type: str
    default: ''
  fingerprint:
    description: The complete fingerprint of the key. If empty, that of Docker's own key.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Install from Docker's own repository
  dockyard.swarm.engine_repository:

- name: Install from a mirror with another signing key
  dockyard.swarm.engine_repository:
    url: https://mirror.internal/docker/debian
    fingerprint: 0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567
"""

RETURN = r"""
files:
  description: Paths of the files that were changed, or would be.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import fetch_url
from ansible_collections.dockyard.swarm.plugins.module_utils._host.options import REPOSITORY
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import repository
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import (
    this_host,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module


def argument_spec() -> dict[str, Any]:
    return dict(REPOSITORY)


def act(module: AnsibleModule) -> dict[str, Any]:
    def fetch(url: str) -> bytes:
        answer, info = fetch_url(module, url, timeout=30)
        if answer is None or info["status"] not in (200, None, -1):
            raise repository.RepositoryError(f"The key at {url} could not be fetched: {info['msg']}")
        return bytes(answer.read())

    planned = repository.plan(module.params, this_host(), fetch)
    if not module.check_mode:
        repository.apply(planned)
    return {
        "changed": bool(planned.files),
        "files": [change.path for change in planned.files],
        "diff": [change.as_diff() for change in planned.files],
    }


def main() -> None:
    run_module(act, argument_spec())


if __name__ == "__main__":
    main()
