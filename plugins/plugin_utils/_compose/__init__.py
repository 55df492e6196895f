# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Compose files, read on the controller: load → interpolate → check → normalise → merge.

`load(files, environment)` returns a `Project`:

- `config`: a plain JSON-able dict, what `docker stack config` prints as far as structure goes:
  `services`, and where they occur `networks`, `volumes`, `configs`, `secrets`, each by key.
  Every value is in its long form. Differences from the CLI's print: durations are integers of
  nanoseconds, sizes (`memory`, `tmpfs.size`) integers of bytes; `environment` maps each name to a
  text or None; `command` and `entrypoint` are lists; service `networks` map each key to a dict or None;
  external objects have `external: True` and always a `name`; files of configs and secrets are absolute.
  A key that was not given is absent, and so is one with its type's zero value, except for
  `deploy.replicas`, `*.parallelism`, `*.max_attempts`, `*.retries`, `init`, `mode` and optional durations.
- `config_data`, `secret_data`: content of the files of configs and secrets, by key.
- `warnings`: sentences about what has no effect.

Whatever is wrong raises ComposeError; its `problems` name file, line, object and key. Nothing else is raised.
Relative paths (env_file, bind mounts, files of configs and secrets) begin at the first file's directory.
Source: the behaviour of `docker stack config` and `docker stack deploy` (docker/cli).
"""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.loader import Project, load

__all__ = ["ComposeError", "Project", "load"]
