"""What stands behind an instance of the API: a plain record, or a machine.

The API's records are kept by the resources themselves. A backend only makes a machine follow: each
method gets the whole Instance, blocks until it is done, and returns the properties of the Instance
that the machine knows better (its address, say). Each must be safe to repeat: an operation that the
simulator's end interrupted runs again at the next start.
"""

from __future__ import annotations

from typing import Any, Protocol

Json = dict[str, Any]


class BackendError(Exception):
    """The machine did not follow; the operation ends with this message."""


class Backend(Protocol):
    """What the operations on instances call.

    Attributes:
        immediate: whether it never waits, so that operations may finish within the request.
    """

    immediate: bool

    def create(self, project: str, instance: Json) -> Json:
        """Make the machine and start it."""

    def start(self, project: str, instance: Json) -> Json:
        """Start a stopped machine."""

    def stop(self, project: str, instance: Json) -> Json:
        """Stop the machine and keep its disks."""

    def reset(self, project: str, instance: Json) -> Json:
        """Switch the machine off and on."""

    def delete(self, project: str, instance: Json) -> Json:
        """Remove the machine and its boot disk, unless the disk is to stay."""

    def make_image(self, project: str, image: Json) -> None:
        """Keep what the Image's `sourceDisk` or `sourceImage` holds, so that machines can boot from it."""

    def remove_image(self, project: str, image: Json) -> None:
        """Forget what an Image held."""

    def remove_disk(self, project: str, disk: Json) -> None:
        """Forget what a Disk held."""


class Records:
    """Instances that are records only: as many as one likes."""

    immediate = True

    def create(self, project: str, instance: Json) -> Json:
        """Nothing to make."""
        return {}

    start = stop = reset = delete = create

    def make_image(self, project: str, image: Json) -> None:
        """Nothing to keep."""

    remove_image = remove_disk = make_image
