"""Says what is being done while it is being done, and keeps what the tools print for when they fail."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

HEARTBEAT_SECONDS = 10


class SandboxError(Exception):
    """Something a person must see to; the message says what and how."""


def say(text: str) -> None:
    """Print one line at once, even into a pipe."""
    print(text, flush=True)


@contextmanager
def heartbeat(what: str) -> Iterator[list[str]]:
    """Announce a step and keep a sign of life while it runs.

    Yields a list; its last item is shown with each sign of life, so a caller appends what it sees.
    """
    latest: list[str] = []
    done = threading.Event()
    started = time.monotonic()

    def beat() -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            tail = f": {latest[-1][:100]}" if latest else ""
            say(f"    … {time.monotonic() - started:.0f} s{tail}")

    say(f"  {what}")
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield latest
    finally:
        done.set()
        thread.join()


def run(what: str, command: Sequence[str], advice: str, env: dict[str, str] | None = None) -> None:
    """Run a program under a heartbeat.

    Raises:
        SandboxError: when it is missing or fails; carries its last lines and the advice.
    """
    with heartbeat(what) as latest:
        try:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=env
            )
        except FileNotFoundError as error:
            raise SandboxError(f"{command[0]} is not installed. {advice}") from error
        assert process.stdout is not None
        latest.extend(line.rstrip() for line in process.stdout if line.strip())
        status = process.wait()
    if status != 0:
        tail = "\n".join(f"      {line}" for line in latest[-15:])
        raise SandboxError(f"{what}: `{command[0]}` ended with status {status}.\n{tail}\n  {advice}")


def fail(error: SandboxError) -> int:
    """Show an error to a person; returns the exit status."""
    print(f"\nsandbox: {error}", file=sys.stderr, flush=True)
    return 1
