#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_instances
short_description: Manage a group of Compute Engine instances
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Creates, changes, starts, stops and deletes the hosts of one group of a fleet, in parallel.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
  - An instance with the fleet's label is managed, whoever created it. An instance that has a declared name but not the
    label is refused.
  - Differences that cannot be changed while a host runs are reported in RV(held) and kept, unless O(update_policy)
    allows to stop or recreate the host.
extends_documentation_fragment:
  - dockyard.swarm.gce_module
  - dockyard.swarm.gce_module.attributes
  - dockyard.swarm.gce_module.actiongroup
attributes:
  idempotent:
    support: partial
    details: With O(state=restarted) the hosts are restarted every time.
options:
  group:
    description:
      - Name of the group, used as the label C(fleet-group) of its hosts.
      - Required unless O(state=absent), which applies to the whole fleet without a group.
    type: str
  state:
    description:
      - V(present) - the hosts exist; a stopped host stays stopped.
      - V(started), V(stopped) - the hosts exist and run, or are stopped.
      - V(restarted) - the hosts exist and have been stopped and started.
      - V(absent) - the hosts in O(names), or the whole group or fleet, are deleted with their disks and reserved
        addresses.
        Hosts with deletion protection are refused.
    type: str
    choices: [present, started, stopped, restarted, absent]
    default: present
  count:
    description: Number of hosts; their names are C(GROUP-1), C(GROUP-2) and so on. Either this or O(names).
    type: int
  names:
    description: The hosts' names. Either this or O(count).
    type: list
    elements: str
  zones:
    description:
      - Zones over which new hosts are distributed, by their position. Existing hosts keep their zone when the group
        grows.
      - Required unless O(state=absent).
    type: list
    elements: str
  machine_type:
    description: Machine type. Changing it requires a stop.
    type: str
    default: e2-medium
  image:
    description: The boot disk's image, by name or link. Either this or O(image_family). Changing it requires a new
        host.
    type: str
  image_family:
    description:
      - The boot disk is created from the newest image of this family. A host with an older image of the same family
        counts as declared.
    type: str
  image_project:
    description: Project of the image or family, such as V(debian-cloud). If not set, O(project).
    type: str
  boot_disk:
    description: The boot disk, which is deleted with its host.
    type: dict
    suboptions:
      size_gb:
        description: Size in GB. It can grow while the host runs; shrinking requires a new host.
        type: int
      type:
        description: Disk type, such as V(pd-balanced). Changing it requires a new host.
        type: str
  disks:
    description: Data disks. Existing disks that are not declared are kept.
    type: list
    elements: dict
    suboptions:
      name:
        description: The disk is named C(HOST-NAME); in the host it is C(/dev/disk/by-id/google-NAME).
        type: str
        required: true
      size_gb:
        description: Size in GB. It can only grow.
        type: int
        required: true
      type:
        description: Disk type.
        type: str
        default: pd-balanced
      auto_delete:
        description:
          - Whether the disk is deleted with its host. A kept disk is attached again to a new host with the same name.
        type: bool
        default: true
  network:
    description: Network, by name or link. The default network if neither this nor O(subnetwork) is set.
    type: str
  subnetwork:
    description: Subnetwork, by name (in the region of each host) or link.
    type: str
  external_address:
    description:
      - V(none), V(ephemeral) (changes with each start) or V(reserved) (kept, and released with the host).
      - An ephemeral address in use becomes the reserved one when this is changed to V(reserved).
    type: str
    choices: [none, ephemeral, reserved]
    default: ephemeral
  labels:
    description: Labels, merged with the existing ones.
    type: dict
  tags:
    description: The complete list of network tags. If not set, they are not changed.
    type: list
    elements: str
  metadata:
    description:
      - Metadata, merged with the existing keys; a key with the value V(null) is removed. Other keys are kept.
      - Values may be secrets. Diffs, invocations and errors show all keys, but only the values of Google's own
        settings.
    type: dict
  ssh_keys:
    description:
      - Lines C(USER:TYPE KEY COMMENT) to add to the metadata key C(ssh-keys). Other lines are kept.
    type: list
    elements: str
  startup_script:
    description: Script to run at each boot, as text. It is not shown in diffs and invocations.
    type: str
  service_account:
    description: The hosts' service account. If not set, new hosts have none. Changing it requires a stop.
    type: dict
    suboptions:
      email:
        description: Its e-mail, or V(default).
        type: str
        required: true
      scopes:
        description: OAuth scopes.
        type: list
        elements: str
        default: ['https://www.googleapis.com/auth/cloud-platform']
  spot:
    description: Whether the hosts are Spot instances, which Google may stop. Changing it requires a new host.
    type: bool
    default: false
  shielded_vm:
    description: Shielded VM settings. Changing them requires a stop. If not set, Google's defaults.
    type: dict
    suboptions:
      secure_boot:
        description: Whether only signed boot components start.
        type: bool
      vtpm:
        description: Whether there is a virtual TPM.
        type: bool
      integrity_monitoring:
        description: Whether the boot is measured and compared.
        type: bool
  deletion_protection:
    description:
      - Whether the hosts are protected against deletion, including by this module. If not set, new hosts are not
        protected, and a protection that was set by hand is kept.
    type: bool
  update_policy:
    description:
      - The most that fixing a difference may require. V(live) - nothing; V(stop) - a stop and a start of the host;
        V(recreate) - the host is deleted and created again.
      - Differences that require more are kept and reported in RV(held).
    type: str
    choices: [live, stop, recreate]
    default: live
  shrink:
    description:
      - Whether hosts of the group that are no longer declared are deleted, with their disks and reserved addresses.
      - If V(false) they are kept and reported in RV(surplus).
    type: bool
    default: false
  released:
    description:
      - Hosts that are known to have left the swarm. A host with the label C(swarm-role) that is not listed here is not
        deleted, neither to shrink the group nor to recreate the host.
    type: list
    elements: str
    default: []
seealso:
  - module: dockyard.swarm.gce_firewall
  - module: dockyard.swarm.gce_addresses
"""

EXAMPLES = r"""
- name: Create three managers, one in each zone, with reserved addresses
  dockyard.swarm.gce_instances:
    project: my-project
    fleet: shop
    group: shop-manager
    count: 3
    zones: [europe-west1-b, europe-west1-c, europe-west1-d]
    machine_type: e2-standard-2
    image_family: debian-13
    image_project: debian-cloud
    external_address: reserved
    labels:
      swarm-role: manager
  delegate_to: localhost

- name: Create workers with a data disk, from a custom image
  dockyard.swarm.gce_instances:
    fleet: shop
    group: shop-worker
    count: 4
    zones: [europe-west1-b, europe-west1-c]
    image_family: docker-host
    external_address: none
    boot_disk: {size_gb: 20, type: pd-balanced}
    disks:
      - {name: data, size_gb: 100, auto_delete: false}
    labels: {swarm-role: worker}
    tags: [shop]
    spot: true
  delegate_to: localhost

- name: Delete two workers that have been drained and removed from the swarm
  dockyard.swarm.gce_instances:
    fleet: shop
    group: shop-worker
    count: 2
    zones: [europe-west1-b, europe-west1-c]
    image_family: docker-host
    labels: {swarm-role: worker}
    shrink: true
    released: [shop-worker-3, shop-worker-4]
  delegate_to: localhost

- name: Stop the whole group overnight
  dockyard.swarm.gce_instances:
    fleet: shop
    group: shop-worker
    count: 2
    zones: [europe-west1-b, europe-west1-c]
    state: stopped
  delegate_to: localhost
"""

RETURN = r"""
instances:
  description: The group's hosts, by name. In check mode, as they are now.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The host's name.
      type: str
    id:
      description: The instance's id.
      type: str
    zone:
      description: Its zone.
      type: str
    status:
      description: Status reported by Compute Engine, such as V(RUNNING).
      type: str
    machine_type:
      description: Its machine type.
      type: str
    internal_address:
      description: Its address in the network.
      type: str
    external_address:
      description: Its external IPv4 address. Empty without one.
      type: str
    labels:
      description: Its labels.
      type: dict
    tags:
      description: Its network tags.
      type: list
      elements: str
held:
  description: Differences that were kept, and what fixing them requires.
  returned: success
  type: list
  elements: dict
  sample: [{name: shop-worker-1, field: machine_type, before: e2-small, after: e2-medium, needs: stop}]
booted:
  description: Hosts that were created or started, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [shop-worker-2]
surplus:
  description: Hosts of the group that are no longer declared and were kept.
  returned: success
  type: list
  elements: str
  sample: [shop-worker-3]
unused_addresses:
  description:
    - Reserved addresses of the group that no host uses or is declared to use. They are kept until the group is shrunk.
      C(usd_per_month) is Google's list price in US dollars.
  returned: success
  type: list
  elements: dict
  sample: [{name: shop-worker-3, region: europe-west1, address: 203.0.113.9, usd_per_month: 7.3}]
steps:
  description: The steps that were done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["create_instance instance shop-worker-1 (europe-west1-b)"]
changes:
  description: The changes by resource. V(change) includes deletion followed by creation.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: host, name: shop-worker-1, action: create, details: ["create instance shop-worker-1 (europe-west1-b)"]}
errors:
  description: Error messages, by host. The other hosts were not affected.
  returned: when operations failed
  type: dict
  sample: {shop-worker-2: "insert of shop-worker-2 failed: QUOTA_EXCEEDED: Quota 'CPUS' exceeded."}
project:
  description: The project.
  returned: always
  type: str
  sample: my-project
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.declared import declared_hosts
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import Owner, check_name
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.instances import (
    Policy,
    decide,
    decide_absent,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.module import gce_argument_spec, run_plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import START, Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.reading import Reader

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


def argument_spec() -> dict[str, Any]:
    disk = {
        "name": {"type": "str", "required": True},
        "size_gb": {"type": "int", "required": True},
        "type": {"type": "str", "default": "pd-balanced"},
        "auto_delete": {"type": "bool", "default": True},
    }
    account = {
        "email": {"type": "str", "required": True},
        "scopes": {"type": "list", "elements": "str", "default": SCOPES},
    }
    shielded = {name: {"type": "bool"} for name in ("secure_boot", "vtpm", "integrity_monitoring")}
    return {
        **gce_argument_spec(),
        "group": {"type": "str"},
        "state": {
            "type": "str",
            "choices": ["present", "started", "stopped", "restarted", "absent"],
            "default": "present",
        },
        "count": {"type": "int"},
        "names": {"type": "list", "elements": "str"},
        "zones": {"type": "list", "elements": "str"},
        "machine_type": {"type": "str", "default": "e2-medium"},
        "image": {"type": "str"},
        "image_family": {"type": "str"},
        "image_project": {"type": "str"},
        "boot_disk": {"type": "dict", "options": {"size_gb": {"type": "int"}, "type": {"type": "str"}}},
        "disks": {"type": "list", "elements": "dict", "options": disk},
        "network": {"type": "str"},
        "subnetwork": {"type": "str"},
        "external_address": {"type": "str", "choices": ["none", "ephemeral", "reserved"], "default": "ephemeral"},
        "labels": {"type": "dict"},
        "tags": {"type": "list", "elements": "str"},
        "metadata": {"type": "dict", "no_log": True},
        # Public keys; Ansible suspects secrets because of the name.
        "ssh_keys": {"type": "list", "elements": "str", "no_log": False},
        "startup_script": {"type": "str", "no_log": True},
        "service_account": {"type": "dict", "options": account},
        "spot": {"type": "bool", "default": False},
        "shielded_vm": {"type": "dict", "options": shielded},
        "deletion_protection": {"type": "bool"},
        "update_policy": {"type": "str", "choices": ["live", "stop", "recreate"], "default": "live"},
        "shrink": {"type": "bool", "default": False},
        "released": {"type": "list", "elements": "str", "default": []},
    }


def act(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    owner = Owner(params["fleet"], params["group"])

    def plan_of(reader: Reader) -> Plan:
        if owner.group:
            check_name("the group", owner.group)
        if params["state"] == "absent":
            return decide_absent(params["names"], reader.current(owner.fleet, []), owner)
        images = reader.images(params["image"], params["image_family"], params["image_project"])
        declared = declared_hosts(params, images)
        current = reader.current(owner.fleet, [(host.name, host.zone) for host in declared])
        policy = Policy(params["state"], params["update_policy"], params["shrink"], frozenset(params["released"]))
        return decide(declared, current, owner, policy)

    def result_of(reader: Reader, plan: Plan) -> dict[str, Any]:
        hosts = reader.hosts(owner.fleet).values()
        return {
            "instances": [host.shown() for host in hosts if owner.marks({"labels": host.labels})],
            "held": [item.as_dict() for item in plan.held],
            "booted": [step.name for step in plan.steps if step.action in ("create_instance", START)],
            "surplus": list(plan.surplus),
            "unused_addresses": list(plan.unused),
        }

    return run_plan(module, plan_of, result_of)


def main() -> None:
    run_module(
        act,
        argument_spec(),
        mutually_exclusive=[("count", "names"), ("image", "image_family")],
        required_if=[("state", state, ["group", "zones"]) for state in ("present", "started", "stopped", "restarted")],
    )


if __name__ == "__main__":
    main()
