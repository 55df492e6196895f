"""`python -m sandbox.watch COMMAND…`: passes a command's output on, and shows that it lives while it is silent."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

SILENT_SECONDS = 10


def main(command: list[str]) -> int:
    """Run the command. Returns its exit status."""
    started = last = time.monotonic()
    done = threading.Event()

    def beat() -> None:
        nonlocal last
        while not done.wait(1):
            now = time.monotonic()
            if now - last >= SILENT_SECONDS:
                print(f"    … still working ({now - started:.0f} s)", flush=True)
                last = now

    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        assert process.stdout is not None
        for line in iter(process.stdout.readline, b""):
            last = time.monotonic()
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
        done.set()
        thread.join()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
