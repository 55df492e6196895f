# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read the existing resources of a fleet at Compute Engine: instances, disks, addresses, rules, images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.current import (
    Current,
    CurrentDisk,
    CurrentHost,
    image_path,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import (
    FLEET,
    DeclarationError,
    Place,
    last_part,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import Session

Json = dict[str, Any]

_DISK_FIELDS = "name,zone,region,sizeGb,type,sourceImage,users,labels"
_ADDRESS_FIELDS = "name,address,addressType,region,status,users,labels,labelFingerprint,description,subnetwork"


class Reader:
    """Reads resources of one project. All methods raise GceError."""

    def __init__(self, session: Session, project: str) -> None:
        self._session = session
        self._project = project

    def current(self, fleet: str, wanted: Iterable[tuple[str, str]]) -> Current:
        """The existing resources of a fleet.

        Args:
            wanted: (name, zone) of the declared hosts.
        """
        hosts = self.hosts(fleet)
        strangers = {name: zone for name, zone in wanted if name not in hosts and self._exists(name, zone)}
        disks = [CurrentDisk.of(body) for body in self._aggregated("disks", _DISK_FIELDS)]
        return Current(hosts, {(disk.zone, disk.name): disk for disk in disks}, self.addresses(), strangers)

    def hosts(self, fleet: str) -> dict[str, CurrentHost]:
        """The fleet's hosts, by name. Raises DeclarationError if two have the same name."""
        hosts: dict[str, CurrentHost] = {}
        for body in self._aggregated("instances", None, f"labels.{FLEET}={fleet}"):
            host = CurrentHost.of(body)
            if host.name in hosts:
                raise DeclarationError(
                    f"the fleet {fleet} has two instances named {host.name}, in {hosts[host.name].zone} and "
                    f"{host.zone}; names have to be unique in a fleet: delete or relabel one of them"
                )
            hosts[host.name] = host
        return dict(sorted(hosts.items()))

    def addresses(self) -> dict[Place, Json]:
        """All addresses, by region (or `global`) and name."""
        bodies = self._aggregated("addresses", _ADDRESS_FIELDS)
        return {(last_part(body.get("region")) or "global", body["name"]): body for body in bodies}

    def addresses_in(self, region: str) -> dict[str, Json]:
        """The addresses of one region, by name."""
        return {name: body for (where, name), body in self.addresses().items() if where == region}

    def firewalls(self) -> list[Json]:
        """All firewall rules."""
        pages = self._session.pages(f"projects/{self._project}/global/firewalls", {"maxResults": 500})
        return [body for page in pages for body in page.get("items", [])]

    def images(self, image: str | None, family: str | None, project: str | None) -> tuple[str, ...]:
        """Links of the images that a declaration matches; for a family, the newest one first, then older ones.

        Args:
            project: the project of the image or family; default: the session's project.
        """
        if image:
            link = image if "/" in image else f"projects/{project or self._project}/global/images/{image}"
            return (image_path(link),)
        if not family:
            return ()
        where = f"projects/{project or self._project}/global/images"
        try:
            newest = self._session.get(f"{where}/family/{family}", {"fields": "selfLink"})
        except GceError as error:
            if error.status != 404:
                raise
            raise DeclarationError(
                f"the project {project or self._project} has no image family {family}; public families are in "
                "separate projects: set image_project, for example to debian-cloud"
            ) from error
        query = {"filter": f"family={family}", "fields": "items/selfLink,nextPageToken"}
        older = [
            image_path(item["selfLink"]) for page in self._session.pages(where, query) for item in page.get("items", [])
        ]
        first = image_path(newest["selfLink"])
        return (first, *(link for link in older if link != first))

    def image(self, name: str) -> Json:
        """One image of the project."""
        return self._session.get(f"projects/{self._project}/global/images/{name}")

    def images_of(self, family: str) -> list[Json]:
        """The project's images of a family, including deprecated ones."""
        pages = self._session.pages(f"projects/{self._project}/global/images", {"filter": f"family={family}"})
        return [body for page in pages for body in page.get("items", [])]

    def _exists(self, name: str, zone: str) -> bool:
        try:
            self._session.get(f"projects/{self._project}/zones/{zone}/instances/{name}", {"fields": "name"})
        except GceError as error:
            if error.status == 404:
                return False
            if error.status == 400:
                raise DeclarationError(
                    f"{name} cannot be in the zone {zone}: {error.message} 'gcloud compute zones list' lists the "
                    "existing "
                    "zones"
                ) from error
            raise
        return True

    def _aggregated(self, collection: str, fields: str | None, only: str | None = None) -> Iterator[Json]:
        mask = f"items/*({collection}({fields}),warning/code),nextPageToken,unreachables" if fields else None
        query = {"maxResults": 500, "returnPartialSuccess": "true", "filter": only, "fields": mask}
        for page in self._session.pages(f"projects/{self._project}/aggregated/{collection}", query):
            missing = [last_part(scope) for scope in page.get("unreachables", [])]
            for scope, slot in page.get("items", {}).items():
                if slot.get("warning", {}).get("code") == "UNREACHABLE":
                    missing.append(last_part(scope))
                yield from slot.get(collection, [])
            if missing:
                # Without them, hosts that exist could be created a second time.
                raise GceError(f"{', '.join(sorted(set(missing)))} did not answer, so nothing was changed; try again")
