"""Instances of the simulated Compute API as hosts: systemd containers on this machine's engine."""

from __future__ import annotations

import io
import ipaddress
import tarfile
import threading
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container

from sandbox import external, images
from sandbox.compute_api.backend import BackendError
from sandbox.compute_api.calls import last_part
from sandbox.compute_api.resources.addresses import EXTERNAL_COUNTER
from sandbox.compute_api.store import Store
from sandbox.fleet import INSTANCE_LABEL, LABEL, OPTIONS, Fleet, host_options
from sandbox.progress import SandboxError

Json = dict[str, Any]

ADDRESS = f"{LABEL}.address"
GUEST = Path(__file__).resolve().parent / "guest"
# Public image's name begins with: Debian's release.
RELEASE_OF = {"debian-12-": "bookworm", "debian-13-": "trixie"}
STOP_SECONDS = 30


class Containers:
    """A backend of the simulator (see compute_api/backend.py) that makes hosts.

    Args:
        metadata: where hosts reach the metadata server, as `ADDRESS:PORT`.
    """

    immediate = False

    def __init__(self, store: Store, fleet: Fleet, metadata: str) -> None:
        self._store = store
        self._fleet = fleet
        self._client: docker.DockerClient = fleet.client
        self._metadata = metadata
        # Sandboxes that stand side by side must not give out the same external addresses.
        store.begin_counter(EXTERNAL_COUNTER, 256 * int(metadata.split(".")[2]))
        # Two hosts made at once must not get the same address.
        self._lock = threading.Lock()

    def resume(self) -> None:
        """Start hosts that are to run; a restart of this machine stopped them and forgot their external addresses."""
        for project in self._store.projects():
            for instance in self._store.all("instances", project):
                container = self._find(instance)
                if container is not None and instance["status"] == "RUNNING":
                    container.start()
                    self._interfaces(instance, container)

    # -- what operations on instances call -----------------------------------------------------

    def create(self, project: str, instance: Json) -> Json:
        """Make the container and start it; returns the addresses it got."""
        try:
            image = self._image_of(project, instance)
            with self._lock:
                container = self._find(instance) or self._made(instance, image)
            container.start()
            return self._interfaces(instance, container)
        except (APIError, SandboxError) as error:
            raise BackendError(f"the host {instance['name']} could not be made: {error}") from error

    def start(self, project: str, instance: Json) -> Json:
        """Start a stopped container."""
        container = self._need(instance)
        container.start()
        return self._interfaces(instance, container)

    def stop(self, project: str, instance: Json) -> Json:
        """Stop the container; what is on its disks stays."""
        self._need(instance).stop(timeout=STOP_SECONDS)
        return {}

    def reset(self, project: str, instance: Json) -> Json:
        """Kill the container and start it again."""
        container = self._need(instance)
        container.kill()
        container.start()
        return {}

    def delete(self, project: str, instance: Json) -> Json:
        """Remove the container; a boot disk that is to stay is kept as an image."""
        container = self._find(instance)
        if container is None:
            return {}
        boot = instance["disks"][0]
        if not boot.get("autoDelete"):
            self._commit(container, self._disk_tag(boot["source"]))
        for address in _external(instance):
            external.forget(address, container.labels[ADDRESS])
        container.remove(force=True, v=True)
        return {}

    # -- what operations on images and disks call ----------------------------------------------

    def make_image(self, project: str, image: Json) -> None:
        """Keep what is on a disk, or in another image, as an image that can be booted."""
        tag = self._image_tag(image)
        if not image.get("sourceDisk"):
            source = self._bootable(image["sourceImage"])
            self._client.images.get(source).tag(*tag.split(":"))
            return
        for instance in self._store.all("instances", project):
            if instance["disks"][0].get("source") == image["sourceDisk"]:
                self._commit(self._need(instance), tag)
                return
        disk = self._disk_tag(image["sourceDisk"])
        try:
            self._client.images.get(disk).tag(*tag.split(":"))
        except ImageNotFound as error:
            raise BackendError(f"the disk {last_part(image['sourceDisk'])} holds no system to boot") from error

    def remove_image(self, project: str, image: Json) -> None:
        """Forget an image."""
        self._untag(self._image_tag(image))

    def remove_disk(self, project: str, disk: Json) -> None:
        """Forget what a disk held."""
        self._untag(self._disk_tag(disk["selfLink"]))

    # -- containers ----------------------------------------------------------------------------

    def _find(self, instance: Json) -> Container | None:
        labels = [f"{LABEL}={self._fleet.name}", f"{INSTANCE_LABEL}={instance['id']}"]
        found = self._client.containers.list(all=True, filters={"label": labels})
        return found[0] if found else None

    def _need(self, instance: Json) -> Container:
        container = self._find(instance)
        if container is None:
            raise BackendError(f"the host of {instance['name']} is gone: delete the instance and make it again")
        return container

    def _made(self, instance: Json, image: str) -> Container:
        address = self._free_address()
        name = instance["name"]
        network = self._fleet.name
        endpoint = self._client.api.create_endpoint_config(ipv4_address=address, aliases=[name])
        created = self._client.api.create_container(
            image,
            name=f"{self._fleet.name}-{name}",
            hostname=name,
            labels={LABEL: self._fleet.name, INSTANCE_LABEL: instance["id"], ADDRESS: address},
            volumes=OPTIONS["volumes"],
            networking_config=self._client.api.create_networking_config({network: endpoint}),
            host_config=self._client.api.create_host_config(**host_options()),
        )
        container = self._client.containers.get(created["Id"])
        container.put_archive("/", guest_files(self._metadata, instance["id"]))
        return container

    def _free_address(self) -> str:
        network = self._client.networks.get(self._fleet.name)
        subnet = ipaddress.ip_network(network.attrs["IPAM"]["Config"][0]["Subnet"])
        mine = self._client.containers.list(all=True, filters={"label": f"{LABEL}={self._fleet.name}"})
        taken = {container.labels.get(ADDRESS) for container in mine}
        # The lower addresses are left to the engine: gateway and registry.
        return next(str(address) for address in list(subnet.hosts())[9:] if str(address) not in taken)

    def _interfaces(self, instance: Json, container: Container) -> Json:
        address = container.labels[ADDRESS]
        for outside in _external(instance):
            external.translate(outside, address)
        interfaces = [{**instance["networkInterfaces"][0], "networkIP": address}, *instance["networkInterfaces"][1:]]
        return {"networkInterfaces": interfaces}

    # -- images --------------------------------------------------------------------------------

    def _image_of(self, project: str, instance: Json) -> str:
        """The container image that an instance's boot disk stands for."""
        source = instance["disks"][0]["source"]
        zone = _after(source, "zones")
        disk = self._store.get("disks", project, f"zones/{zone}", last_part(source)) or {}
        if _present(self._client, self._disk_tag(source)):
            return self._disk_tag(source)
        if not disk.get("sourceImage"):
            raise BackendError(f"the disk {last_part(source)} was not made from an image: there is nothing to boot")
        return self._bootable(disk["sourceImage"])

    def _bootable(self, link: str) -> str:
        project, name = _after(link, "projects"), last_part(link)
        image = self._store.get("images", project, "global", name)
        if image and _present(self._client, self._image_tag(image)):
            return self._image_tag(image)
        for start, release in RELEASE_OF.items():
            if name.startswith(start):
                return images.ensure_host(self._client, release, engine=False)
        raise BackendError(f"the sandbox has no host that stands for the image {name}: take debian-13 or debian-12")

    def _image_tag(self, image: Json) -> str:
        return f"{self._fleet.name}-gce-image:{image['name']}"

    def _disk_tag(self, link: str) -> str:
        zone = _after(link, "zones")
        return f"{self._fleet.name}-gce-disk:{zone}.{last_part(link)}"

    def _commit(self, container: Container, tag: str) -> None:
        repository, name = tag.split(":")
        # A pause would cost a running host its place in the swarm.
        container.commit(repository=repository, tag=name, pause=False, changes=['CMD ["/usr/local/sbin/host-init"]'])

    def _untag(self, tag: str) -> None:
        try:
            self._client.images.remove(tag)
        except NotFound:
            pass
        except APIError as error:
            raise BackendError(f"the image {tag} is still in use: {error.explanation}") from error


def remove_all(store: Store, fleet: Fleet) -> int:
    """Remove translated addresses and images of a sandbox's instances; returns how many images."""
    for instance in (item for project in store.projects() for item in store.all("instances", project)):
        for address in _external(instance):
            external.forget(address, instance["networkInterfaces"][0]["networkIP"])
    tags = [tag for kind in ("image", "disk") for tag in images.tags_of(fleet.client, f"{fleet.name}-gce-{kind}")]
    for tag in tags:
        fleet.client.images.remove(tag)
    return len(tags)


def guest_files(metadata: str, instance_id: str) -> bytes:
    """What a host needs of the sandbox to be a guest, as a tar archive for `/`."""
    units = "etc/systemd/system"
    contents = {
        "usr/local/sbin/sandbox-guest": (GUEST / "agent.py").read_bytes(),
        "etc/sandbox-metadata": f"SANDBOX_METADATA={metadata}\nSANDBOX_INSTANCE={instance_id}\n".encode(),
        **{f"{units}/{file.name}": file.read_bytes() for file in sorted(GUEST.glob("sandbox-*"))},
    }
    wanted = {
        f"{units}/multi-user.target.wants/sandbox-guest.service": "../sandbox-guest.service",
        f"{units}/multi-user.target.wants/sandbox-identity.service": "../sandbox-identity.service",
        f"{units}/sockets.target.wants/sandbox-metadata.socket": "../sandbox-metadata.socket",
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755 if "/sbin/" in name else 0o644
            archive.addfile(entry, io.BytesIO(data))
        for name, target in wanted.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return buffer.getvalue()


def _after(link: str, word: str) -> str:
    """The part of a link that follows a word in it."""
    parts = link.split("/")
    return parts[parts.index(word) + 1]


def _external(instance: Json) -> list[str]:
    return [
        config["natIP"]
        for interface in instance["networkInterfaces"]
        for config in interface.get("accessConfigs", [])
        if config.get("natIP")
    ]


def _present(client: docker.DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True
