"""Hosts and their registry: what one named sandbox consists of."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import requests
import yaml
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from sandbox import images, machine
from sandbox.progress import SandboxError, heartbeat, say

LABEL = "dockyard.sandbox"
# On hosts that stand for an instance of the simulated Compute API; its value is the instance's id.
INSTANCE_LABEL = f"{LABEL}.instance"
REGISTRY_PORT = 5000
USER = "ops"
BOOT_SECONDS = 120
REGISTRY_SECONDS = 30
# Networks are tried in this range until one is free.
SUBNETS = ipaddress.ip_network("10.213.0.0/16").subnets(new_prefix=24)
OPTIONS: dict[str, Any] = yaml.safe_load((Path(__file__).resolve().parent / "host.yml").read_text())


@dataclass(frozen=True)
class Host:
    """One host: its name within the sandbox and its address on the sandbox's network."""

    name: str
    address: str


class Fleet:
    """The hosts, the network and the registry that carry one sandbox's label, and nothing else."""

    def __init__(self, client: docker.DockerClient, name: str, folder: Path) -> None:
        self.client = client
        self.name = name
        self.folder = folder

    @property
    def key(self) -> Path:
        """The private key that opens every host."""
        return self.folder / "id_ed25519"

    @property
    def _labels(self) -> dict[str, str]:
        return {LABEL: self.name}

    @property
    def _mine(self) -> dict[str, str]:
        return {"label": f"{LABEL}={self.name}"}

    def up(self, names: list[str], release: str, engine: bool, image: str = "") -> list[Host]:
        """Bring up a registry and the named hosts, and leave alone those that already run.

        Args:
            image: a host image of one's own, such as a baked one; it wins over release and engine.
        """
        image = image or images.ensure_host(self.client, release, engine)
        registry_image = images.ensure_registry(self.client)
        self._ensure_key()
        network = self._ensure_network()
        self._ensure_registry(network, registry_image)
        present = {container.labels[f"{LABEL}.host"]: container for container in self._hosts()}
        for name in names:
            container = present.get(name)
            if container is None:
                say(f"  host {name}")
                container = self._create_host(name, image, network)
            if container.status != "running":
                container.start()
            self._authorize(container)
        wait_until_booted(self._hosts())
        hosts = self.hosts()
        self._write_known_hosts(hosts)
        return hosts

    def down(self) -> int:
        """Remove all that carries this sandbox's label. Returns how many things were removed."""
        removed = 0
        pushed = self._pushed_tags()
        for container in self.client.containers.list(all=True, filters=self._mine):
            say(f"  removing {container.name}")
            container.remove(force=True, v=True)
            removed += 1
        for network in self.client.networks.list(filters=self._mine):
            network.remove()
            removed += 1
        for volume in self.client.volumes.list(filters=self._mine):
            volume.remove(force=True)
            removed += 1
        for tag in pushed:
            self.client.images.remove(tag)
            removed += 1
        shutil.rmtree(self.folder, ignore_errors=True)
        return removed

    def hosts(self) -> list[Host]:
        """The hosts, by name."""
        found = [Host(c.labels[f"{LABEL}.host"], self._address(c)) for c in self._hosts()]
        return sorted(found, key=lambda host: host.name)

    def registry(self) -> str | None:
        """Where this machine pushes images to, or None without a registry."""
        try:
            container = self.client.containers.get(f"{self.name}-registry")
        except NotFound:
            return None
        published = container.ports.get(f"{REGISTRY_PORT}/tcp")
        return f"127.0.0.1:{published[0]['HostPort']}" if published else None

    def push(self, context: Path, repository: str, tag: str, targets: list[str]) -> None:
        """Build targets of a Dockerfile and push them as `registry:5000/<repository>/<target>:<tag>`.

        Raises:
            SandboxError: when there is no registry, or it refuses.
        """
        registry = self.registry()
        if registry is None:
            raise SandboxError(f"sandbox {self.name} has no registry: bring it up first.")
        base = images.ensure_base(self.client, images.RELEASES[0])
        _wait_answering(registry)
        for target in targets:
            name = f"{registry}/{repository}/{target}"
            images.build(self.client, context, f"{name}:{tag}", base=base, target=target)
            with heartbeat(f"pushing {repository}/{target}:{tag}"):
                for answer in self.client.api.push(name, tag=tag, stream=True, decode=True):
                    if "error" in answer:
                        raise SandboxError(f"pushing {name}:{tag} failed: {answer['error']}")

    def _pushed_tags(self) -> list[str]:
        """What `push` built on this machine; the names begin with this sandbox's registry."""
        registry = self.registry()
        tags = [tag for image in self.client.images.list() for tag in image.tags]
        return [tag for tag in tags if registry and tag.startswith(f"{registry}/")]

    def _hosts(self) -> list[Container]:
        return self.client.containers.list(all=True, filters={"label": [f"{LABEL}={self.name}", f"{LABEL}.host"]})

    def _address(self, container: Container) -> str:
        return str(container.labels[f"{LABEL}.address"])

    def _ensure_key(self) -> None:
        if self.key.exists():
            return
        machine.install(["ssh-keygen"])
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"sandbox {self.name}", "-f", str(self.key)],
            check=True,
        )

    def _ensure_network(self) -> Network:
        found = self.client.networks.list(names=[self.name], filters=self._mine)
        if found:
            return found[0]
        for subnet in SUBNETS:
            pool = docker.types.IPAMPool(subnet=str(subnet))
            try:
                return self.client.networks.create(
                    self.name, driver="bridge", ipam=docker.types.IPAMConfig(pool_configs=[pool]), labels=self._labels
                )
            except APIError as error:
                if "overlap" not in str(error):
                    raise SandboxError(f"network {self.name} could not be made: {error.explanation}") from error
        raise SandboxError("no free subnet is left in 10.213.0.0/16: take old sandboxes down.")

    def _ensure_registry(self, network: Network, image: str) -> None:
        name = f"{self.name}-registry"
        try:
            container = self.client.containers.get(name)
        except NotFound:
            container = self.client.containers.create(
                image,
                name=name,
                labels=self._labels,
                ports={f"{REGISTRY_PORT}/tcp": ("127.0.0.1", None)},
                restart_policy={"Name": "unless-stopped"},
            )
            network.connect(container, aliases=["registry"])
            say("  registry")
        if container.status != "running":
            container.start()

    def _create_host(self, name: str, image: str, network: Network) -> Container:
        address = self._free_address(network)
        full_name = f"{self.name}-{name}"
        endpoint = self.client.api.create_endpoint_config(ipv4_address=address, aliases=[name])
        created = self.client.api.create_container(
            image,
            name=full_name,
            hostname=name,
            labels={**self._labels, f"{LABEL}.host": name, f"{LABEL}.address": address},
            volumes=OPTIONS["volumes"],
            networking_config=self.client.api.create_networking_config({network.name: endpoint}),
            host_config=self.client.api.create_host_config(**host_options()),
        )
        return self.client.containers.get(created["Id"])

    def _free_address(self, network: Network) -> str:
        network.reload()
        subnet = ipaddress.ip_network(network.attrs["IPAM"]["Config"][0]["Subnet"])
        taken = {self._address(container) for container in self._hosts()}
        # The lower addresses are left to the engine: gateway and registry.
        return next(str(address) for address in list(subnet.hosts())[9:] if str(address) not in taken)

    def _authorize(self, container: Container) -> None:
        public = self.key.with_suffix(".pub").read_text().strip()
        script = (
            f"install -d -m 0700 -o {USER} -g {USER} /home/{USER}/.ssh && "
            f"echo '{public}' > /home/{USER}/.ssh/authorized_keys && chown {USER}: /home/{USER}/.ssh/authorized_keys"
        )
        _execute(container, ["sh", "-c", script])

    def _write_known_hosts(self, hosts: list[Host]) -> None:
        lines = []
        for host in hosts:
            container = self.client.containers.get(f"{self.name}-{host.name}")
            keys = _execute(container, ["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"])
            lines += [f"{host.address} {' '.join(key.split()[:2])}" for key in keys.splitlines()]
        (self.folder / "known_hosts").write_text("\n".join(lines) + "\n")


def host_options() -> dict[str, Any]:
    """HostConfig arguments with which a container can be a host of its own Docker Engine."""
    return {
        "cap_add": OPTIONS["capabilities"],
        "security_opt": OPTIONS["security_opts"],
        "cgroupns": OPTIONS["cgroupns_mode"],
        "binds": OPTIONS["binds"],
        "tmpfs": dict.fromkeys(OPTIONS["tmpfs"], ""),
    }


def wait_until_booted(containers: list[Container]) -> None:
    """Wait for hosts' systemd. Raises SandboxError for one that does not come up."""
    if not containers:
        return
    with heartbeat("waiting until the hosts have booted"):
        for container in containers:
            _wait_booted(container)


def _wait_booted(container: Container) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    state = ""
    while time.monotonic() < deadline:
        answer = container.exec_run(["systemctl", "is-system-running"])
        state = answer.output.decode(errors="replace").strip()
        if state in ("running", "degraded"):
            return
        container.reload()
        if container.status not in ("running", "created"):
            break
        time.sleep(0.5)
    log = container.logs(tail=10).decode(errors="replace")
    raise SandboxError(f"{container.name} did not boot within {BOOT_SECONDS} s (systemd says {state!r}).\n{log}")


def _wait_answering(registry: str) -> None:
    deadline = time.monotonic() + REGISTRY_SECONDS
    while True:
        try:
            if requests.get(f"http://{registry}/v2/", timeout=5).ok:
                return
        except requests.exceptions.RequestException as error:
            if time.monotonic() > deadline:
                raise SandboxError(f"the registry does not answer at {registry}: {error}") from error
        time.sleep(0.2)


def _execute(container: Container, command: list[str]) -> str:
    status, output = container.exec_run(command)
    text = output.decode(errors="replace")
    if status != 0:
        raise SandboxError(f"{container.name}: `{' '.join(command)[:80]}` ended with status {status}: {text.strip()}")
    return str(text)
