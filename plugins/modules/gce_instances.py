#!/usr/bin/python
# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gce_instances
short_description: A group of Compute Engine instances exists as declared
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Makes, changes, starts, stops and deletes the hosts of one group of a fleet, all at once.
  - Runs on the controller; delegate it to localhost or run it with C(connection=local).
  - An instance that carries the fleet's label is taken over, whoever made it. One that has a declared name and does not
    carry the label is refused.
  - What cannot be changed while a host runs is reported in RV(held) and left as it is, unless O(update_policy) allows
    the stop or the new host that it takes.
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
      - Name of the group, which its hosts carry as the label C(fleet-group).
      - Needed unless O(state=absent), which is about the whole fleet without it.
    type: str
  state:
    description:
      - V(present) - the hosts exist; a stopped one stays stopped.
      - V(started), V(stopped) - they exist and run, or do not.
      - V(restarted) - they exist and have been stopped and started.
      - V(absent) - the hosts in O(names), or the whole group or fleet, are deleted with their disks and reserved
        addresses.
        Hosts protected against deletion are refused.
    type: str
    choices: [present, started, stopped, restarted, absent]
    default: present
  count:
    description: How many hosts; they are called C(GROUP-1), C(GROUP-2) and so on. Either this or O(names).
    type: int
  names:
    description: The hosts' names. Either this or O(count).
    type: list
    elements: str
  zones:
    description:
      - Zones to spread new hosts over, by their place in the list. Hosts stay where they are when the group grows.
      - Needed unless O(state=absent).
    type: list
    elements: str
  machine_type:
    description: Machine type. Changing it takes a stop.
    type: str
    default: e2-medium
  image:
    description: The boot disk's image, by name or link. Either this or O(image_family); changing it takes a new host.
    type: str
  image_family:
    description:
      - The boot disk comes from the newest image of this family. A host whose image is an older one of the same family
        is as declared.
    type: str
  image_project:
    description: Where the image or family is, such as V(debian-cloud). If not set, O(project).
    type: str
  boot_disk:
    description: The boot disk, which is deleted with its host.
    type: dict
    suboptions:
      size_gb:
        description: Size in GB. Growing is done while the host runs; shrinking takes a new host.
        type: int
      type:
        description: Disk type, such as V(pd-balanced). Changing it takes a new host.
        type: str
  disks:
    description: Disks beside the boot disk. Disks that are there and not declared are left alone.
    type: list
    elements: dict
    suboptions:
      name:
        description: The disk is called C(HOST-NAME); in the host it is C(/dev/disk/by-id/google-NAME).
        type: str
        required: true
      size_gb:
        description: Size in GB. It only grows.
        type: int
        required: true
      type:
        description: Disk type.
        type: str
        default: pd-balanced
      auto_delete:
        description:
          - Whether the disk is deleted with its host. One that is kept is attached again to a host of that name.
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
      - V(none), V(ephemeral) (changes with each start) or V(reserved) (stays, and is given back with the host).
      - An ephemeral address in use becomes the reserved one when this is changed to V(reserved).
    type: str
    choices: [none, ephemeral, reserved]
    default: ephemeral
  labels:
    description: Labels, merged into those that are there.
    type: dict
  tags:
    description: Network tags, exactly these. If not set, they are left as they are.
    type: list
    elements: str
  metadata:
    description:
      - Metadata, merged into what is there; a key with the value V(null) is removed. Keys that others set stay.
      - Values may be secrets. Diffs, invocations and errors show the keys, and values of Google's own settings only.
    type: dict
  ssh_keys:
    description:
      - Lines C(USER:TYPE KEY COMMENT) that the metadata key C(ssh-keys) is to have. Lines of others stay.
    type: list
    elements: str
  startup_script:
    description: The script that runs at each boot, as text. It is not shown in diffs and invocations.
    type: str
  service_account:
    description: The hosts' service account. If not set, none is given to new hosts. Changing it takes a stop.
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
    description: Whether the hosts are spot instances, which Google may stop. Changing it takes a new host.
    type: bool
    default: false
  shielded_vm:
    description: Shielded VM. Changing it takes a stop. If not set, Google's defaults.
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
      - Whether the hosts are protected against deletion, by this module too. If not set, new hosts are not protected,
        and a protection that somebody has set by hand stays.
    type: bool
  update_policy:
    description:
      - What removing a difference may cost. V(live) - nothing; V(stop) - a stop and a start of the host;
        V(recreate) - the host is deleted and made anew.
      - Differences that cost more stay, and are told in RV(held).
    type: str
    choices: [live, stop, recreate]
    default: live
  shrink:
    description:
      - Whether hosts of the group that are no longer declared are deleted, with their disks and reserved addresses.
      - If V(false) they stay, and are told in RV(surplus).
    type: bool
    default: false
  released:
    description:
      - Hosts that are known to have left the swarm. A host labelled C(swarm-role) that is not among them is not
        deleted, neither to shrink the group nor to make it anew.
    type: list
    elements: str
    default: []
seealso:
  - module: dockyard.swarm.gce_firewall
  - module: dockyard.swarm.gce_addresses
"""

EXAMPLES = r"""
- name: Three managers, one a zone, with addresses that stay
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

- name: Workers with a disk for data, from an image of our own
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

- name: Two workers less, which have been drained and removed from the swarm
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

- name: Stop the whole group for the night
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
  description: The group's hosts, by name. In check mode as they are before.
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
      description: What Compute Engine says, such as V(RUNNING).
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
  description: Differences that stay, and what removing them would take.
  returned: success
  type: list
  elements: dict
  sample: [{name: shop-worker-1, field: machine_type, before: e2-small, after: e2-medium, needs: stop}]
booted:
  description: Hosts that were made or started, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [shop-worker-2]
surplus:
  description: Hosts of the group that are not declared and stay.
  returned: success
  type: list
  elements: str
  sample: [shop-worker-3]
unused_addresses:
  description:
    - Addresses that the group has reserved, that no host uses or is declared to use, and that stay until the group is
      shrunk. C(usd_per_month) is Google's list price in US dollars.
  returned: success
  type: list
  elements: dict
  sample: [{name: shop-worker-3, region: europe-west1, address: 203.0.113.9, usd_per_month: 7.3}]
steps:
  description: What was done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["create_instance instance shop-worker-1 (europe-west1-b)"]
changes:
  description: The same by what it is about. V(change) is also what is deleted and made again.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: host, name: shop-worker-1, action: create, details: ["create instance shop-worker-1 (europe-west1-b)"]}
errors:
  description: What went wrong, by host. The other hosts were carried on with.
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
        # Public keys; the name alone makes Ansible suspect secrets.
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
