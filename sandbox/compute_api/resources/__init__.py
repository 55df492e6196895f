"""Importing this package registers the handlers of all collections."""

from sandbox.compute_api.resources import (
    addresses,
    collections,
    disks,
    firewalls,
    images,
    instance_actions,
    instance_changes,
    instances,
    networks,
    operations,
    places,
    projects,
)

__all__ = [
    "addresses",
    "collections",
    "disks",
    "firewalls",
    "images",
    "instance_actions",
    "instance_changes",
    "instances",
    "networks",
    "operations",
    "places",
    "projects",
]
