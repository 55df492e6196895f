#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_file
short_description: Fetch a backup from a host, and encrypt it before it is written
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Fetches a file from the host and writes it to the controller for its owner only, with its checksum in a file
    C(.sha256) beside it, in the format of C(sha256sum).
  - With O(vault_password_file) the content is encrypted in memory; no unencrypted copy is ever written on the
    controller, whatever fails. The file is written completely or not at all.
  - The connection's own output shows the content at high verbosity, so the task should set C(no_log=true).
options:
  src:
    description:
      - The file on the host.
      - If not set, only checks that the backup can be encrypted and written, and fails with the reason if not.
    type: str
  folder:
    description: >-
      Folder on the controller. A relative path is resolved against the working directory of C(ansible-playbook). It is
      created, for its owner only, if it is missing.
    type: str
    required: true
  name:
    description: The name of the file in the folder.
    type: str
    required: true
  vault_password_file:
    description: A file with a password, or a script that prints it, as for C(ansible-vault).
    type: str
extends_documentation_fragment:
  - dockyard.swarm.engine.attributes
attributes:
  check_mode:
    support: partial
    details: Only checks that the backup could be written.
  diff_mode:
    support: none
    details: The content is secret.
  idempotent:
    support: none
    details: Each run fetches the file.
  action:
    description: Indicates this has a corresponding action plugin, so that part of it is executed on the controller.
    support: full
seealso:
  - module: ansible.builtin.fetch
"""

EXAMPLES = r"""
- name: Fetch a backup
  dockyard.swarm.backup_file:
    src: /var/lib/docker/dockyard-swarm-backup.tar.gz
    folder: backups
    name: swarm.tar.gz
    vault_password_file: ~/.swarm/passphrase
  no_log: true
"""

RETURN = r"""
path:
  description: The absolute path of the backup.
  returned: success
  type: str
  sample: /home/ada/backups/swarm.tar.gz
sha256:
  description: The checksum of the file as it was written.
  returned: when O(src) is set, outside of check mode
  type: str
"""
