"""`python -m sandbox.compute_api`."""

from __future__ import annotations

import argparse
from pathlib import Path

from sandbox.compute_api.server import Settings, serve

PORT = 18185


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.compute_api", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("serve", help="run the simulated Compute API in the foreground")
    command.add_argument("--folder", type=Path, default=Path(".sandbox/compute_api"), help="where state is kept")
    command.add_argument("--port", type=int, default=PORT, help=f"port of plain HTTP, {PORT} unless given; 0 takes any")
    command.add_argument("--project", action="append", help="a project to declare; may be repeated")
    command.add_argument("--operation-seconds", type=float, default=0.0, help="how long an operation takes at least")
    command.add_argument(
        "--no-tokens",
        action="store_true",
        help="no tokens from the metadata server and the Security Token Service, which ask nobody who he is",
    )
    options = parser.parse_args()
    serve(
        Settings(
            options.folder,
            options.port,
            options.project or ["dockyard"],
            options.operation_seconds,
            hands_out_tokens=not options.no_tokens,
        )
    )


if __name__ == "__main__":
    main()
