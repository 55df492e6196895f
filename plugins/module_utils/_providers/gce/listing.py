# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""List the instances of projects: all pages, many projects in parallel, and zones that do not answer."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import CredentialsError, GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import Session

Json = dict[str, Any]

# The API's largest page.
_PAGE = 500
_NOTES = "nextPageToken,unreachables,warning(code,message)"
RESOURCE_MANAGER = "https://cloudresourcemanager.googleapis.com/v1/projects"


@dataclass(frozen=True)
class Query:
    """What to request from each project.

    Attributes:
        mask: the fields of an instance; None for all.
        filter: an API filter expression, or None.
        zones: only these zones, listed separately; empty for all.
        per_zone: list every zone separately and in parallel, instead of one list over all zones.
    """

    mask: str | None = None
    filter: str | None = None
    zones: tuple[str, ...] = ()
    per_zone: bool = False


@dataclass
class Listing:
    """The answer for one project.

    Attributes:
        zones: zone to its instances, as the API returned them.
        unreachable: zones that did not answer; their instances are missing.
        error: why the project could not be listed, or None.
    """

    zones: dict[str, list[Json]] = field(default_factory=dict)
    unreachable: list[str] = field(default_factory=list)
    error: GceError | None = None


def list_projects(session: Session, projects: Iterable[str], query: Query, parallel: int) -> dict[str, Listing]:
    """The instances of each project. The error of a project that failed is in its listing.

    Raises CredentialsError, because wrong credentials affect all projects.
    """
    listings = {project: Listing() for project in projects}
    with ThreadPoolExecutor(max_workers=max(1, parallel)) as pool:
        if query.zones or query.per_zone:
            places = pool.map(lambda project: _zones_of(session, project, query, listings[project]), listings)
            tasks = [(project, zone) for project, zones in zip(listings, places) for zone in zones]
            for _done in pool.map(lambda task: _list_zone(session, task[0], task[1], query, listings[task[0]]), tasks):
                pass
        else:
            for _done in pool.map(lambda project: _list_all(session, project, query, listings[project]), listings):
                pass
    return listings


def combined_filter(filters: Iterable[str]) -> str | None:
    """One filter expression that is the conjunction of all filters."""
    parts = [part.strip() for part in filters if part.strip()]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return " ".join(f"({part})" for part in parts)


def projects_in_folder(session: Session, folder: str) -> list[str]:
    """Ids of the active projects directly in a folder (Resource Manager, `projects.list`)."""
    found: list[str] = []
    query = {"filter": f"parent.id={folder} lifecycleState=ACTIVE", "fields": "projects/projectId,nextPageToken"}
    for page in session.pages(RESOURCE_MANAGER, query):
        found += [project["projectId"] for project in page.get("projects", [])]
    return found


def _list_all(session: Session, project: str, query: Query, listing: Listing) -> None:
    fields = f"items/*(instances({query.mask}),warning/code),{_NOTES}" if query.mask else None
    try:
        for page in session.pages(f"projects/{project}/aggregated/instances", _parameters(query, fields)):
            for scope, slot in page.get("items", {}).items():
                zone = _last(scope)
                if slot.get("warning", {}).get("code") == "UNREACHABLE":
                    _add_unreachable(listing, zone)
                if slot.get("instances"):
                    listing.zones.setdefault(zone, []).extend(slot["instances"])
            for scope in page.get("unreachables", []):
                _add_unreachable(listing, _last(scope))
    except GceError as error:
        _keep(error, listing)


def _list_zone(session: Session, project: str, zone: str, query: Query, listing: Listing) -> None:
    fields = f"items({query.mask}),{_NOTES}" if query.mask else None
    try:
        for page in session.pages(f"projects/{project}/zones/{zone}/instances", _parameters(query, fields)):
            listing.zones.setdefault(zone, []).extend(page.get("items", []))
    except GceError as error:
        if error.status == 503:
            listing.zones.pop(zone, None)
            _add_unreachable(listing, zone)
        else:
            _keep(error, listing)


def _zones_of(session: Session, project: str, query: Query, listing: Listing) -> list[str]:
    if query.zones:
        return list(query.zones)
    try:
        pages = session.pages(
            f"projects/{project}/zones", {"fields": "items/name,nextPageToken", "prettyPrint": "false"}
        )
        return [zone["name"] for page in pages for zone in page.get("items", [])]
    except GceError as error:
        _keep(error, listing)
        return []


def _parameters(query: Query, fields: str | None) -> Json:
    return {
        "maxResults": _PAGE,
        "prettyPrint": "false",
        "returnPartialSuccess": "true",
        "fields": fields,
        "filter": query.filter,
    }


def _keep(error: GceError, listing: Listing) -> None:
    """Store the error of one project in its listing; raise errors of the credentials."""
    if isinstance(error, CredentialsError):
        raise error
    listing.error = error


def _add_unreachable(listing: Listing, zone: str) -> None:
    if zone not in listing.unreachable:
        listing.unreachable.append(zone)


def _last(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]
