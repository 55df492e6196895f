"""One call of the API, as its handler sees it, and the registry of handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.compute_api.description import Method
from sandbox.compute_api.faults import Fault

if TYPE_CHECKING:
    from sandbox.compute_api.operations import Operations
    from sandbox.compute_api.store import Store

Json = dict[str, Any]

# What resources call each other by, wherever the simulator listens.
LINK_BASE = "https://www.googleapis.com/compute/v1/"


@dataclass
class Call:
    """A request that has been routed, authenticated and checked against Google's description.

    Attributes:
        path: values in the route, such as project, zone, instance.
        query: query parameters with their types.
        body: the parsed body; {} where there is none.
        faults: the faults that strike this call.
        dated: whether the caller pinned a version of the API by header.
        caller: e-mail of the account.
    """

    method: Method
    path: dict[str, str]
    query: Json
    body: Json
    store: Store
    operations: Operations
    faults: list[Fault] = field(default_factory=list)
    dated: bool = False
    caller: str = ""

    @property
    def project(self) -> str:
        """The project in the route."""
        return self.path["project"]

    @property
    def scope(self) -> str:
        """`zones/Z`, `regions/R` or `global`, from the route."""
        if "zone" in self.path:
            return f"zones/{self.path['zone']}"
        if "region" in self.path:
            return f"regions/{self.path['region']}"
        return "global"

    @property
    def unreachable(self) -> set[str]:
        """Scopes (`zones/Z`) that do not answer this call."""
        return {f"zones/{fault.detail['zone']}" for fault in self.faults if fault.kind == "unreachable_zone"}


Handler = Callable[[Call], Json]
HANDLERS: dict[str, Handler] = {}


def handles(*method_ids: str) -> Callable[[Handler], Handler]:
    """Register a function for methods of the API, by id without the leading `compute.`."""

    def register(handler: Handler) -> Handler:
        for method_id in method_ids:
            HANDLERS[f"compute.{method_id}"] = handler
        return handler

    return register


def link(project: str, scope: str, collection: str, name: str) -> str:
    """The selfLink of a resource."""
    return f"{LINK_BASE}{resource_path(project, scope, collection, name)}"


def scope_link(project: str, scope: str) -> str:
    """The link of a zone or region itself; `scope` is `zones/Z` or `regions/R`."""
    return f"{LINK_BASE}projects/{project}/{scope}"


def resource_path(project: str, scope: str, collection: str, name: str) -> str:
    """`projects/P/zones/Z/instances/I`, as error messages name resources."""
    return f"projects/{project}/{scope}/{collection}/{name}"


def last_part(url: str) -> str:
    """The name at the end of a link."""
    return url.rstrip("/").rsplit("/", 1)[-1]
