"""`python -m sandbox`: bare hosts on one machine, as systemd containers, with a registry beside them."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from sandbox import gce, images, inventory, machine
from sandbox.fleet import Fleet
from sandbox.progress import SandboxError, fail, say

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".sandbox"


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command is up:
            inventory.managers_of(_names(options.hosts), _names(options.managers))
        client = machine.engine(STATE / "dockerd.log")
        machine.make_room()
        fleet = Fleet(client, options.name, STATE / options.name)
        options.command(fleet, options)
    except SandboxError as error:
        return fail(error)
    finally:
        give_back()
    return 0


def up(fleet: Fleet, options: argparse.Namespace) -> None:
    """Bring hosts up and write their inventory."""
    names = _names(options.hosts)
    managers = inventory.managers_of(names, _names(options.managers))
    hosts = fleet.up(names, options.release, options.engine, options.image)
    target = Path(options.inventory) if options.inventory else fleet.folder / "hosts.yml"
    inventory.write(target, inventory.inventory(fleet, hosts, managers))
    for host in hosts:
        say(f"  {host.name:<12} {host.address}")


def down(fleet: Fleet, options: argparse.Namespace) -> None:
    """Remove all of a sandbox, with its Compute API where it has one."""
    removed = gce.down(fleet) + fleet.down()
    if options.images:
        removed += images.remove_unused(fleet.client)
    if options.inventory:
        Path(options.inventory).unlink(missing_ok=True)
    say(f"  sandbox {fleet.name}: {removed} removed" if removed else f"  sandbox {fleet.name}: nothing to remove")


def status(fleet: Fleet, options: argparse.Namespace) -> None:
    """Show the hosts and the registry."""
    for host in fleet.hosts():
        say(f"  {host.name:<12} {host.address}")
    say(f"  registry     {fleet.registry() or 'none'}")


def push(fleet: Fleet, options: argparse.Namespace) -> None:
    """Build images and push them into the sandbox's registry."""
    fleet.push(Path(options.context), options.repository, options.tag, options.targets)


def build_images(fleet: Fleet, options: argparse.Namespace) -> None:
    """Build the images that the sandbox and Molecule start hosts and registries from."""
    images.ensure_registry(fleet.client)
    for release in _names(options.releases):
        for engine in (False, True):
            images.ensure_host(fleet.client, release, engine)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--name", default="demo", help="which sandbox; several can stand side by side (default: demo)")
    shared.add_argument(
        "--inventory",
        help="the inventory file: up writes it (default: .sandbox/NAME/hosts.yml), down removes it, gce-up reads it",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("up", parents=[shared], help=up.__doc__)
    command.add_argument(
        "--hosts",
        default="m1,w1,w2",
        help="names, separated by commas: m... are managers, w... workers (default: m1,w1,w2)",
    )
    command.add_argument("--managers", default="", help="which of them are managers; then names are free")
    command.add_argument("--release", choices=images.RELEASES, default="trixie", help="Debian's release")
    command.add_argument("--engine", action="store_true", help="with Docker's packages already installed")
    command.add_argument("--image", default="", help="a host image of your own, such as a baked one")
    command.set_defaults(command=up)

    command = commands.add_parser("down", parents=[shared], help=down.__doc__)
    command.add_argument("--images", action="store_true", help="host images too, where no other sandbox uses them")
    command.set_defaults(command=down)

    command = commands.add_parser("status", parents=[shared], help=status.__doc__)
    command.set_defaults(command=status)

    command = commands.add_parser("push", parents=[shared], help=push.__doc__)
    command.add_argument("context", help="folder with a Dockerfile")
    command.add_argument("--repository", required=True, help="where in the registry")
    command.add_argument("--tag", default="1")
    command.add_argument("targets", nargs="+", help="targets of the Dockerfile")
    command.set_defaults(command=push)

    command = commands.add_parser("images", parents=[shared], help=build_images.__doc__)
    command.add_argument("--releases", default=",".join(images.RELEASES))
    command.set_defaults(command=build_images)
    gce.add_commands(commands, shared)
    return parser


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def give_back() -> None:
    """Under sudo, what was written belongs to the person who called it."""
    owner = os.environ.get("SUDO_UID")
    if os.geteuid() != 0 or not owner or not STATE.exists():
        return
    group = int(os.environ.get("SUDO_GID", owner))
    for path in [STATE, *STATE.rglob("*")]:
        # The Compute API goes on working here, with files that come and go.
        with contextlib.suppress(FileNotFoundError):
            os.chown(path, int(owner), group, follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
