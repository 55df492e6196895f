"""Runs `ansible-test sanity` on the unpacked artifact, which it wants at a path of its own and in git."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import ansible_test

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "sanity"
COPY = BUILD / "ansible_collections" / "dockyard" / "swarm"


def unpack_artifact() -> None:
    """What users get, as `ansible-galaxy collection build` makes it, in a repository of its own."""
    shutil.rmtree(BUILD, ignore_errors=True)
    galaxy = [str(Path(sys.executable).parent / "ansible-galaxy"), "collection"]
    subprocess.run([*galaxy, "build", "--force", "--output-path", str(BUILD)], cwd=ROOT, check=True)
    (artifact,) = BUILD.glob("*.tar.gz")
    # Forced, as the checkout's own .collections has it already.
    install = [*galaxy, "install", str(artifact), "--force", "--offline", "--no-deps", "--collections-path", str(BUILD)]
    subprocess.run(install, cwd=BUILD, check=True)
    for name in ("MANIFEST.json", "FILES.json"):
        (COPY / name).unlink()
    # An installed collection has its manifest instead; ansible-test looks for the source's.
    shutil.copy2(ROOT / "galaxy.yml", COPY)
    for command in (["git", "init", "-q"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=COPY, check=True)


def provide_pip() -> None:
    """Put a pip bootstrap script where ansible-test looks for one, so that it need not download it.

    Source: ansible_test/_util/target/setup/requirements.py, `bootstrap`.
    """
    source = Path(ansible_test.__file__).parent / "_internal" / "python_requirements.py"
    cache = Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in set(re.findall(r"pip='([\d.]+)'", source.read_text())):
        script = cache / f"get_pip_{version.replace('.', '_')}.py"
        if not script.exists():
            script.write_text("import ensurepip\n\nensurepip.bootstrap()\n")


def main() -> int:
    """Returns ansible-test's exit status."""
    unpack_artifact()
    provide_pip()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [
        str(Path(sys.executable).parent / "ansible-test"),
        "sanity",
        "--python",
        version,
        "--requirements",
        "--color",
        "no",
        *sys.argv[1:],
    ]
    return subprocess.run(command, cwd=COPY, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
