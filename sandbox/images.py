"""Images of the sandbox, each built from Debian's packages by a Dockerfile."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from sandbox import machine
from sandbox.progress import SandboxError, heartbeat, run, say

HERE = Path(__file__).resolve().parent
RELEASES = ("trixie", "bookworm")
MIRROR = "http://deb.debian.org/debian"
SECURITY_MIRROR = "http://deb.debian.org/debian-security"
BASE = "dockyard-debian"
HOST = "dockyard-host"
REGISTRY = "dockyard-registry"
ORACLE = "dockyard-oracle"
CONFLICT = 409
# In Debian 12 the CLI is part of docker.io.
ENGINE_PACKAGES = {
    "trixie": "docker.io docker-cli",
    "bookworm": "docker.io",
}


def ensure_base(client: docker.DockerClient, release: str) -> str:
    """A minimal Debian image of a release. Returns its name."""
    name = f"{BASE}:{release}"
    if _present(client, name):
        return name
    machine.install(["mmdebstrap"])
    folder = Path(tempfile.mkdtemp(prefix="dockyard-"))
    try:
        archive = folder / "root.tar"
        sources = "\n".join(
            [
                f"deb {MIRROR} {release} main",
                f"deb {MIRROR} {release}-updates main",
                f"deb {SECURITY_MIRROR} {release}-security main",
            ]
        )
        command = ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", release, str(archive), "-"]
        (folder / "sources.list").write_text(sources + "\n")
        command[-1] = str(folder / "sources.list")
        run(f"making a Debian {release} base image", command, f"Check that this machine reaches {MIRROR}.")
        with heartbeat(f"importing {name}"):
            repository, tag = name.split(":")
            client.api.import_image_from_file(str(archive), repository=repository, tag=tag, changes=['CMD ["bash"]'])
    finally:
        shutil.rmtree(folder)
    return name


def ensure_host(client: docker.DockerClient, release: str, engine: bool) -> str:
    """A host's image: bare, or with an engine's packages. Returns its name."""
    name = f"{HOST}:{release}-engine" if engine else f"{HOST}:{release}"
    build(
        client,
        HERE / "images" / "host",
        name,
        base=ensure_base(client, release),
        target="engine" if engine else "bare",
        arguments={"ENGINE_PACKAGES": ENGINE_PACKAGES[release]} if engine else {},
    )
    return name


def ensure_registry(client: docker.DockerClient) -> str:
    """The registry's image. Returns its name."""
    name = f"{REGISTRY}:{RELEASES[0]}"
    build(client, HERE / "images" / "registry", name, base=ensure_base(client, RELEASES[0]))
    return name


def ensure_oracle(client: docker.DockerClient) -> str:
    """The image with the docker CLI and docker compose of two Debian releases. Returns its name."""
    name = f"{ORACLE}:trixie-forky"
    build(client, HERE / "images" / "oracle", name, base=ensure_base(client, RELEASES[0]), arguments={"MIRROR": MIRROR})
    return name


def tags_of(client: docker.DockerClient, repository: str) -> list[str]:
    """The tags a repository has, and none that the same images have elsewhere."""
    listed = client.images.list(name=repository)
    return [tag for image in listed for tag in image.tags if tag.rpartition(":")[0] == repository]


def remove_unused(client: docker.DockerClient) -> int:
    """Remove the sandbox's own images but for those a container still needs. Returns how many."""
    # From what is built on others to what others are built on.
    tags = [tag for repository in (HOST, REGISTRY, ORACLE, BASE) for tag in tags_of(client, repository)]
    return sum(_removed(client, tag) for tag in tags)


def _removed(client: docker.DockerClient, tag: str) -> bool:
    try:
        client.images.remove(tag)
    except APIError as error:
        if error.status_code != CONFLICT:
            raise SandboxError(f"image {tag} could not be removed: {error.explanation}") from error
        say(f"  image {tag} stays: a container uses it")
        return False
    return True


def build(
    client: docker.DockerClient,
    context: Path,
    name: str,
    base: str,
    target: str | None = None,
    arguments: dict[str, str] | None = None,
) -> None:
    """Build a Dockerfile's target; the engine's cache makes a repeat cheap.

    Raises:
        SandboxError: with the last lines of the failed step.
    """
    with heartbeat(f"image {name}") as latest:
        try:
            answers = client.api.build(
                path=str(context),
                tag=name,
                target=target or "",
                buildargs={"BASE": base, **(arguments or {})},
                rm=True,
                forcerm=True,
                decode=True,
            )
            for answer in answers:
                latest.extend(line for line in answer.get("stream", "").splitlines() if line.strip())
                if "error" in answer:
                    raise SandboxError(f"image {name} could not be built: {answer['error']}\n" + _tail(latest))
        except DockerException as error:
            raise SandboxError(f"image {name} could not be built: {error}\n" + _tail(latest)) from error


def _tail(lines: list[str]) -> str:
    return "\n".join(f"      {line}" for line in lines[-15:])


def _present(client: docker.DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True
