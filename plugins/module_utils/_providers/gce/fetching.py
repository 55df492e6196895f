# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Fetch the instances for an inventory: from a request (the options) to an answer (instances by project and zone)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import images
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import Identity, fingerprint_of
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.listing import (
    Listing,
    Query,
    combined_filter,
    list_projects,
    projects_in_folder,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import DEFAULT_ENDPOINT, Session

Json = dict[str, Any]
Instances = dict[str, dict[str, list[Json]]]


@dataclass(frozen=True)
class Request:
    """What to fetch, with which credentials, and what to do about failures.

    Attributes:
        mask: the fields of an instance to request; None for all.
        image_info: whether to look up the images of boot disks.
        on_project_error: fail, warn or ignore.
        on_unreachable_zone: fail, warn or cache.
    """

    identity: Identity
    endpoint: str = DEFAULT_ENDPOINT
    ca_file: str | None = None
    timeout: float = 30
    retries: int = 5
    parallel: int = 8
    projects: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    per_zone: bool = False
    filters: tuple[str, ...] = ()
    mask: str | None = None
    image_info: bool = False
    on_project_error: str = "fail"
    on_unreachable_zone: str = "warn"

    @property
    def digest(self) -> str:
        """A hash of everything that influences the answer, used as cache key. Contains no secret."""
        parts = [
            self.endpoint,
            self.projects,
            self.folders,
            self.zones,
            self.filters,
            self.mask,
            self.image_info,
            fingerprint_of(self.identity),
            # The default project, used when no project is set.
            None if self.projects or self.folders else os.environ.get("GOOGLE_CLOUD_PROJECT"),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


@dataclass
class Answer:
    """The fetched instances.

    Attributes:
        instances: project to zone to instances, as the API returned them.
        images: disk key to (image name, family).
        missing: projects and zones that did not answer and whose hosts are missing, one sentence without full stop
            each.
        complete: whether every project and zone answered; only a complete answer is cached.
    """

    instances: Instances = field(default_factory=dict)
    images: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    complete: bool = True
    missing: list[str] = field(default_factory=list)

    def to_json(self) -> Json:
        """For the cache. A deep copy, because the instances are modified when hosts are created from them."""
        return json.loads(json.dumps({"instances": self.instances, "images": self.images}))

    @classmethod
    def from_json(cls, kept: Json) -> Answer:
        """From the cache, which keeps its own copy."""
        kept = json.loads(json.dumps(kept))
        return cls(kept["instances"], {disk: (image[0], image[1]) for disk, image in kept["images"].items()})


def fetch(request: Request, last_known: Json | None, warn: Callable[[str], None]) -> Answer:
    """Fetch the instances from Google.

    Args:
        last_known: an earlier `Answer.to_json()`, for zones that do not answer now.
        warn: called with one sentence for each missing part.

    Raises:
        GceError: a failure that ends the run according to the request's policies.
    """
    session = Session(
        request.identity, request.endpoint, request.timeout, request.retries, request.ca_file, request.parallel
    )
    projects = _projects(session, request)
    query = Query(request.mask, combined_filter(request.filters), request.zones, request.per_zone)
    listings = list_projects(session, projects, query, request.parallel)
    answer = Answer()
    _apply_project_policy(listings, request.on_project_error, warn, answer)
    _apply_zone_policy(listings, request.on_unreachable_zone, last_known, warn, answer)
    if request.image_info:
        answer.images = _images(session, answer.instances)
    return answer


def _projects(session: Session, request: Request) -> list[str]:
    found = list(request.projects)
    for folder in request.folders:
        found += projects_in_folder(session, folder)
    if not found and not request.folders and session.default_project:
        found = [session.default_project]
    if not found:
        where = f"the folders {', '.join(request.folders)} hold no active project" if request.folders else ""
        raise GceError(f"{where or 'no project is set, and the credentials do not name one'}: set projects.")
    return list(dict.fromkeys(found))


def _apply_project_policy(
    listings: dict[str, Listing], policy: str, warn: Callable[[str], None], answer: Answer
) -> None:
    failed = {project: listing.error for project, listing in listings.items() if listing.error}
    for project, error in failed.items():
        message = f"project {project} cannot be listed: {advice(project, error)}"
        if policy == "fail" or len(failed) == len(listings):
            raise GceError(message, error.status, error.reason)
        if policy == "warn":
            warn(f"{message} Its hosts are missing.")
            answer.missing.append(f"project {project} cannot be listed")
        answer.complete = False
    answer.instances = {project: listing.zones for project, listing in listings.items() if project not in failed}


def advice(project: str, error: GceError) -> str:
    """The error of a project, with advice."""
    if error.reason == "accessNotConfigured":
        return f"{error.message} Run 'gcloud services enable compute.googleapis.com --project={project}'."
    if error.status == 403 and "ateLimitExceeded" not in error.reason:
        return f"{error.message} Grant compute.instances.list (roles/compute.viewer) on {project} to the caller."
    if error.status == 404:
        return f"{error.message}. Check the project's id and the names of zones."
    if error.status == 400:
        return f"{error.message} Check filters and zones."
    return error.message


def _apply_zone_policy(
    listings: dict[str, Listing],
    policy: str,
    last_known: Json | None,
    warn: Callable[[str], None],
    answer: Answer,
) -> None:
    for project, listing in listings.items():
        if project not in answer.instances or not listing.unreachable:
            continue
        zones = ", ".join(sorted(listing.unreachable))
        message = f"project {project}: no answer from {zones}"
        if policy == "fail":
            raise GceError(f"{message}. Try again later, or set on_unreachable_zone to 'warn' or 'cache'.", 503)
        answer.complete = False
        kept = (last_known or {}).get("instances", {}).get(project, {}) if policy == "cache" else {}
        served = [zone for zone in sorted(listing.unreachable) if zone in kept]
        for zone in served:
            answer.instances[project][zone] = json.loads(json.dumps(kept[zone]))
        missing = sorted(set(listing.unreachable) - set(served))
        if served:
            warn(f"project {project}: no answer from {', '.join(served)}; its hosts are taken from the cache.")
        if missing:
            warn(f"project {project}: no answer from {', '.join(missing)}; its hosts are missing.")
            answer.missing.append(f"project {project}: no answer from {', '.join(missing)}")


def _images(session: Session, instances: Instances) -> dict[str, tuple[str | None, str | None]]:
    links: dict[str, str] = {}
    for project in instances:
        links.update(images.boot_images(session, project))
    family_of = images.families(session, set(links.values()))
    return {disk: (link.rsplit("/", 1)[-1], family_of.get(link)) for disk, link in links.items()}
