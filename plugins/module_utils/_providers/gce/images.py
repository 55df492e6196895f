# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Look up the image and image family that each boot disk was created from."""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import Session

Json = dict[str, Any]


def boot_images(session: Session, project: str) -> dict[str, str]:
    """Disk (`zones/Z/disks/D`) to the link of its image. Needs `compute.disks.list`. Raises GceError."""
    query = {
        "maxResults": 500,
        "prettyPrint": "false",
        "returnPartialSuccess": "true",
        "fields": "items/*/disks(selfLink,sourceImage),nextPageToken",
    }
    found: dict[str, str] = {}
    for page in session.pages(f"projects/{project}/aggregated/disks", query):
        for slot in page.get("items", {}).values():
            for disk in slot.get("disks", []):
                if disk.get("sourceImage"):
                    found[disk_key(disk["selfLink"])] = disk["sourceImage"]
    return found


def families(session: Session, images: set[str]) -> dict[str, str]:
    """Image link to its family. Images that are deleted, inaccessible or without family are left out."""
    found = {}
    for image in sorted(images):
        path = "projects/" + image.split("/projects/", 1)[-1]
        try:
            family = session.get(path, {"fields": "family", "prettyPrint": "false"}).get("family")
        except GceError as error:
            if error.status not in (403, 404):
                raise
            family = None
        if family:
            found[image] = family
    return found


def disk_key(link: str) -> str:
    """`zones/Z/disks/D` from a disk's link."""
    return "/".join(link.split("/")[-4:])
