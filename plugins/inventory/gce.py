# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: gce
short_description: Google Compute Engine inventory source
version_added: 0.1.0
author:
  - The dockyard.swarm authors (@dockyard-swarm)
description:
  - Reads hosts from the instances of Compute Engine projects.
  - Needs a YAML file whose name ends with C(gce.yml) or C(gce.yaml).
  - Options have the same meaning as in P(google.cloud.gcp_compute#inventory) where they have the same name; a
    configuration for that plugin works after changing O(plugin). The collection's guide to this plugin lists the
    differences.
  - Needs the permission C(compute.instances.list) and no other, unless an option says so.
extends_documentation_fragment:
  - dockyard.swarm.gce
  - constructed
  - inventory_cache
options:
  plugin:
    description: Selects this plugin for the file.
    type: str
    required: true
    choices: [dockyard.swarm.gce]
  projects:
    description:
      - Projects to list. All are requested in parallel.
      - If neither this nor O(folders) is set, the project of the credentials.
    type: list
    elements: str
    env:
      - name: GCP_PROJECT
  folders:
    description:
      - Folders of the organisation; every active project directly in them is listed.
      - Needs C(resourcemanager.projects.list) on each folder, and O(scopes) with C(cloud-platform.read-only).
    type: list
    elements: str
  zones:
    description:
      - Zones to list, each with a separate request. All zones if not set.
    type: list
    elements: str
  per_zone:
    description:
      - List each zone separately and in parallel. The pages of one list can only be read one after another, so this is
        faster for a project with many thousand instances. Needs C(compute.zones.list) as well, unless O(zones) is set.
    type: bool
    default: false
  parallel:
    description: How many requests may run in parallel.
    default: 8
  filters:
    description:
      - Filter expressions of the Compute API. An instance must match all of them.
      - See U(https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList).
    type: list
    elements: str
  hostnames:
    description:
      - How to name a host; the first entry that gives a name is used.
      - V(name), V(hostname) (the instance's own host name), V(public_ip), V(private_ip), V(public_ipv6),
        V(private_ipv6), V(labels.KEY), or a Jinja expression over the same variables as O(compose).
    type: list
    elements: str
    default: [name]
  name_suffix:
    description: Appended to names that come from V(name).
    type: str
    default: ''
  duplicate_hostnames:
    description:
      - What to do with instances that would have the same name.
      - V(fail) stops and lists them. V(first) keeps the first and warns. V(qualify) names all of them
        C(name.zone.project).
    type: str
    choices: [fail, first, qualify]
    default: fail
  network_interface:
    description:
      - Use addresses only of this interface (such as V(nic1)) or of the interface in this network.
      - If not set, the first interface that has an address of the requested kind.
    type: str
  address_preference:
    description:
      - C(ansible_host) is set to the first of these addresses that the instance has. With an empty list it is not set.
    type: list
    elements: str
    choices: [public_ip, private_ip, public_ipv6, private_ipv6]
    default: [public_ip, private_ip, public_ipv6, private_ipv6]
  vars_prefix:
    description:
      - Prefix of the name of every host variable.
      - With an empty prefix the variables C(name) and C(tags) collide with reserved names of Ansible.
    type: str
    default: gce_
  variables:
    description:
      - Host variables to set, without the prefix. Only properties that these, O(compose), O(groups), O(keyed_groups)
        and O(hostnames) mention are requested from the API.
      - Any property of an instance by its name in the API, or one of V(project), V(region), V(network), V(subnetwork),
        V(internal_ip), V(external_ip), V(internal_ipv6), V(external_ipv6), V(image), V(image_family).
      - V(*) sets every property that the API returns; it causes about ten times the traffic.
    type: list
    elements: str
    default:
      - external_ip
      - id
      - internal_ip
      - labels
      - machineType
      - name
      - network
      - project
      - region
      - status
      - tags
      - zone
  retrieve_image_info:
    description:
      - Also set C(image) and C(image_family), the image that the boot disk was created from and its family.
      - Needs C(compute.disks.list), and C(compute.images.get) in projects with custom images.
    type: bool
    default: false
  swarm_groups:
    description:
      - Put hosts labelled C(swarm-role=manager) into the group C(swarm_managers), those labelled C(swarm-role=worker)
        into C(swarm_workers), and both into C(docker_hosts).
    type: bool
    default: true
  on_project_error:
    description:
      - What to do when a project cannot be listed. V(warn) continues without it, V(ignore) does so without a warning.
      - When no project at all can be listed, the run always fails.
    type: str
    choices: [fail, warn, ignore]
    default: fail
  on_unreachable_zone:
    description:
      - What to do when a zone does not answer. V(warn) continues without its hosts. V(cache) uses the hosts of its last
        answer and warns; this needs O(cache) and a cache plugin that stores its data permanently.
    type: str
    choices: [fail, warn, cache]
    default: warn
"""

EXAMPLES = r"""
# The shortest: Application Default Credentials and their project.
plugin: dockyard.swarm.gce

---
# One project, hosts by name, groups by label, zone, tag and network.
plugin: dockyard.swarm.gce
projects: [my-project]
filters:
  - status = RUNNING
keyed_groups:
  - {key: labels, prefix: label}
  - {key: zone, prefix: zone}
  - {key: "tags['items']", prefix: tag}
  - {key: network, prefix: network}

---
# Through Identity-Aware Proxy, hosts without external addresses.
plugin: dockyard.swarm.gce
projects: [my-project]
address_preference: []
compose:
  ansible_ssh_common_args: >-
    "-o ProxyCommand='gcloud compute start-iap-tunnel " ~ name ~ " %p --listen-on-stdin --project="
    ~ project ~ " --zone=" ~ zone ~ "'"

---
# Many projects; one that fails does not lose the others; cached for ten minutes.
plugin: dockyard.swarm.gce
projects: [shop-prod, shop-staging, tools]
on_project_error: warn
on_unreachable_zone: cache
duplicate_hostnames: qualify
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-gce
cache_timeout: 600
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable, get_cache_plugin
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import fetching, fields, hosts, options
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import (
    GOOGLE_IMPORT_ERROR,
    Identity,
    problem_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.references import NotPlainError, look_up
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import REQUESTS_IMPORT_ERROR
from ansible_collections.dockyard.swarm.plugins.plugin_utils.inventory_sources import INCOMPLETE

Json = dict[str, Any]

ROLE_LABEL = "swarm-role"
ROLE_GROUPS = {"manager": "swarm_managers", "worker": "swarm_workers"}
ALL_HOSTS_GROUP = "docker_hosts"


@contextmanager
def _garbage_collection_suspended() -> Iterator[None]:
    """Suspend garbage collection while hosts are created, and exempt them from it: they live as long as the process.

    A fleet of many thousand hosts has millions of objects, which Python would scan again and again.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads the options, fetches the instances (or takes them from the cache), and fills the inventory."""

    NAME = "dockyard.swarm.gce"

    def verify_file(self, path: str) -> bool:
        """Whether the file name is one of this plugin's."""
        return super().verify_file(path) and path.endswith(("gce.yml", "gce.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory; every error is one sentence."""
        if GOOGLE_IMPORT_ERROR or REQUESTS_IMPORT_ERROR:
            raise AnsibleParserError(missing_required_lib("google-auth[requests]"))
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        problem = options.unknown_option(config, self.get_options()) or options.problem_of(self.get_options())
        if problem:
            raise AnsibleParserError(f"{path}: {problem}")
        request = self._request(path)
        with _garbage_collection_suspended():
            try:
                answer = self._from_cache_or_google(request, path, cache)
                found = self._hosts(answer)
            except GceError as error:
                raise AnsibleParserError(f"{path}: {error.message}") from None
            self._populate(found)
        if answer.missing:
            self.inventory.set_variable("all", INCOMPLETE, "; ".join(answer.missing))

    # -- options -------------------------------------------------------------------------------

    def _request(self, path: str) -> fetching.Request:
        option = self.get_option
        identity = Identity(
            kind=option("auth_kind"),
            scopes=tuple(option("scopes")),
            credentials_file=option("credentials_file"),
            service_account_file=option("service_account_file"),
            service_account_contents=option("service_account_contents"),
            service_account_email=option("service_account_email"),
            access_token=option("access_token"),
            impersonate=option("impersonate_service_account"),
        )
        problem = problem_of(identity)
        if problem:
            raise AnsibleParserError(f"{path}: {problem}")
        expressions = fields.expressions_in(
            [option("compose"), option("groups"), option("keyed_groups"), option("hostnames")]
        )
        return fetching.Request(
            identity=identity,
            endpoint=option("api_endpoint"),
            ca_file=option("ca_file"),
            timeout=option("timeout"),
            retries=option("retries"),
            parallel=option("parallel"),
            projects=tuple(option("projects") or ()),
            folders=tuple(option("folders") or ()),
            zones=tuple(option("zones") or ()),
            per_zone=option("per_zone"),
            filters=tuple(option("filters") or ()),
            mask=fields.instance_mask(option("variables"), expressions, option("retrieve_image_info")),
            image_info=option("retrieve_image_info"),
            on_project_error=option("on_project_error"),
            on_unreachable_zone=option("on_unreachable_zone"),
        )

    # -- instances, from the cache or from Google --------------------------------------------------

    def _from_cache_or_google(self, request: fetching.Request, path: str, cache: bool) -> fetching.Answer:
        keeps_cache = self.get_option("cache")
        # The key contains a hash of the configuration, so that a changed filter never gets the answer to the old one.
        key = f"{self.get_cache_key(path)}_{request.digest}"
        if keeps_cache and cache and key in self._cache:
            return fetching.Answer.from_json(self._cache[key])
        last_known: Any = self._last_known() if request.on_unreachable_zone == "cache" else {}
        answer = fetching.fetch(request, last_known.get(key), self.display.warning)
        if keeps_cache and answer.complete:
            self._cache[key] = answer.to_json()
            if request.on_unreachable_zone == "cache":
                last_known[key] = answer.to_json()
                last_known.update_cache_if_changed()
        return answer

    def _last_known(self) -> Any:
        """A second cache that does not expire, with the last answer of each zone."""
        options: Json = {"_timeout": 0, "_prefix": f"{self.get_option('cache_prefix')}last_"}
        if self.get_option("cache_connection") is not None:
            options["_uri"] = self.get_option("cache_connection")
        return get_cache_plugin(self.get_option("cache_plugin"), **options)

    # -- hosts -----------------------------------------------------------------------------------

    def _hosts(self, answer: fetching.Answer) -> list[hosts.Host]:
        images = answer.images if self.get_option("retrieve_image_info") else None
        interface = self.get_option("network_interface")
        found = []
        for project, zones in answer.instances.items():
            for zone in sorted(zones):
                for instance in zones[zone]:
                    facts = hosts.facts_of(instance, project, interface, images)
                    found.append(hosts.Host(facts, self._name_of(facts)))
        try:
            kept, notes = hosts.resolve_duplicates(found, self.get_option("duplicate_hostnames"))
        except ValueError as error:
            raise GceError(
                f"instances share a host name: {error}. Set duplicate_hostnames to 'qualify' or choose other hostnames."
            ) from None
        for note in notes:
            self.display.warning(f"instances share a host name, the first one is kept: {note}")
        return kept

    def _name_of(self, facts: Json) -> str:
        suffix = self.get_option("name_suffix")
        for wanted in self.get_option("hostnames"):
            fixed, name = hosts.plain_name(facts, wanted, suffix)
            if not fixed:
                name = self._name_by_expression(wanted, facts)
            if name:
                return str(name)
        tried = ", ".join(self.get_option("hostnames"))
        where = f"{facts['project']}/{facts['zone']}/{facts['name']}"
        raise GceError(f"none of hostnames ({tried}) gives the instance {where} a name: add 'name' at the end.")

    def _name_by_expression(self, expression: str, facts: Json) -> Any:
        try:
            return self._compose(expression, facts)
        except Exception as error:  # a template may raise anything
            if self.get_option("strict"):
                where = f"{facts['project']}/{facts['zone']}/{facts['name']}"
                raise GceError(f"hostnames: '{expression}' cannot be evaluated for {where}: {error}") from None
            return None

    def _populate(self, found: list[hosts.Host]) -> None:
        if self.get_option("swarm_groups"):
            for group in ROLE_GROUPS.values():
                self.inventory.add_group(group)
            self.inventory.add_group(ALL_HOSTS_GROUP)
            for group in ROLE_GROUPS.values():
                self.inventory.add_child(ALL_HOSTS_GROUP, group)
        found.reverse()
        while found:  # frees the memory of hosts that were added
            self._add(found.pop())

    def _add(self, host: hosts.Host) -> None:
        facts, option = host.facts, self.get_option
        self.inventory.add_host(host.name)
        variables = self._variables(facts)
        address = hosts.address_to_connect(facts, option("address_preference"))
        if address:
            variables["ansible_host"] = address
        # Set on the host directly: the inventory's set_variable copies every value to record its origin, which takes
        # longer than fetching it.
        target = self.inventory.get_host(host.name)
        for name, value in variables.items():
            target.set_variable(name, value)
        role_group = ROLE_GROUPS.get(facts["labels"].get(ROLE_LABEL, ""))
        if role_group and option("swarm_groups"):
            self.inventory.add_child(role_group, host.name)
        self._construct(host.name, {**facts, **variables, "inventory_hostname": host.name})

    def _variables(self, facts: Json) -> Json:
        prefix, wanted = self.get_option("vars_prefix"), self.get_option("variables")
        names = facts if fields.EVERYTHING in wanted else wanted
        variables = {f"{prefix}{name}": facts.get(name) for name in names}
        if self.get_option("retrieve_image_info"):
            variables.update({f"{prefix}{name}": facts[name] for name in ("image", "image_family")})
        return variables

    def _construct(self, name: str, variables: Json) -> None:
        option = self.get_option
        strict = option("strict")
        if option("compose"):
            self._set_composite_vars(option("compose"), variables, name, strict=strict)
            variables.update(self.inventory.get_host(name).vars)
        if option("groups"):
            self._add_host_to_composed_groups(option("groups"), variables, name, strict=strict, fetch_hostvars=False)
        if option("keyed_groups"):
            self._add_host_to_keyed_groups(option("keyed_groups"), variables, name, strict=strict, fetch_hostvars=False)

    def _compose(self, template: Any, variables: Json, *args: Any) -> Any:
        """Evaluate plain references (`labels`, `networkInterfaces[0].networkIP`) without Jinja."""
        if not self.get_option("use_extra_vars"):
            try:
                return look_up(template, variables)
            except NotPlainError:
                pass
        return super()._compose(template, variables, *args)
