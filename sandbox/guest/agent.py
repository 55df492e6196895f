"""The guest's half of the Compute API: does at boot and afterwards what the metadata asks for.

Runs as root inside a host of the sandbox, with nothing but Python's own library.
Source: https://cloud.google.com/compute/docs/images/guest-agent
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

METADATA = "http://169.254.169.254/computeMetadata/v1/"
SUDOERS = "google-sudoers"
STATE = Path("/var/lib/sandbox-guest")
Json = dict[str, Any]


def main() -> None:
    """Set the host up, run its startup script, then follow the metadata for ever."""
    if sys.argv[1:] == ["identity"]:
        make_new_identity(os.environ["SANDBOX_INSTANCE"])
        return
    tree, etag = fetch("")
    apply(tree)
    script = tree["instance"]["attributes"].get("startup-script")
    if script:
        threading.Thread(target=run_script, args=(script,), daemon=True).start()
    while True:
        tree, etag = fetch(etag)
        apply(tree)


def fetch(etag: str) -> tuple[Json, str]:
    """All metadata, at once or when it has changed since `etag`; asks until somebody answers."""
    wait = f"&wait_for_change=true&last_etag={etag}&timeout_sec=60" if etag else ""
    while True:
        answer = ask(f"{METADATA}?recursive=true{wait}")
        if answer is not None:
            return answer
        time.sleep(1)


def ask(url: str) -> tuple[Json, str] | None:
    """One answer and its ETag; None where none comes."""
    request = urllib.request.Request(url, headers={"Metadata-Flavor": "Google"})  # noqa: S310 (one fixed address)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
            return json.loads(answer.read()), answer.headers["ETag"]
    except (OSError, ValueError) as error:
        say(f"the metadata server does not answer yet: {error}")
        return None


def make_new_identity(instance_id: str) -> None:
    """A host made from another's disk must not share its keys."""
    known = STATE / "instance-id"
    if known.exists() and known.read_text() == instance_id:
        return
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    for key in Path("/etc/ssh").glob("ssh_host_*"):
        key.unlink()
    subprocess.run(["ssh-keygen", "-A"], check=True, capture_output=True)
    known.write_text(instance_id)
    say(f"this is instance {instance_id} now")


def apply(tree: Json) -> None:
    """Users and their keys as the metadata has them."""
    instance, project = tree["instance"], tree["project"]
    keys = keys_of(instance["attributes"].get("ssh-keys", ""))
    if instance["attributes"].get("block-project-ssh-keys", "").lower() != "true":
        for user, lines in keys_of(project["attributes"].get("ssh-keys", "")).items():
            keys.setdefault(user, []).extend(lines)
    former = STATE / "users"
    names = set(former.read_text().split()) if former.exists() else set()
    for user in sorted(names | set(keys)):
        authorize(user, keys.get(user, []))
    former.write_text("\n".join(sorted(names | set(keys))))


def keys_of(text: str) -> dict[str, list[str]]:
    """User to public keys, from lines `USER:TYPE KEY COMMENT`."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        user, colon, key = line.strip().partition(":")
        if colon and user and key:
            found.setdefault(user, []).append(key)
    return found


def authorize(user: str, keys: list[str]) -> None:
    """A user with exactly these keys, who may become root."""
    try:
        grp.getgrnam(SUDOERS)
    except KeyError:
        subprocess.run(["groupadd", "--system", SUDOERS], check=True)
        rule = Path(f"/etc/sudoers.d/{SUDOERS}")
        rule.touch(mode=0o440)
        rule.write_text(f"%{SUDOERS} ALL=(ALL:ALL) NOPASSWD:ALL\n")
    try:
        pwd.getpwnam(user)
    except KeyError:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", user], check=True)
    subprocess.run(["usermod", "--append", "--groups", SUDOERS, user], check=True)
    home = Path(pwd.getpwnam(user).pw_dir) / ".ssh"
    subprocess.run(["install", "-d", "-m", "0700", "-o", user, str(home)], check=True)
    file = home / "authorized_keys"
    wanted = "".join(f"{key}\n" for key in keys)
    if not file.exists() or file.read_text() != wanted:
        file.touch(mode=0o600)
        file.write_text(wanted)
        subprocess.run(["chown", f"{user}:", str(file)], check=True)
        say(f"{len(keys)} key(s) open {user}'s door")


def run_script(script: str) -> None:
    """Run the startup script; what it prints is in the journal."""
    file = STATE / "startup-script"
    file.touch(mode=0o700)
    file.write_text(script)
    file.chmod(0o700)
    say("running the startup script")
    status = subprocess.run([str(file)], check=False).returncode
    say(f"the startup script ended with status {status}")


def say(text: str) -> None:
    """One line in the journal."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
