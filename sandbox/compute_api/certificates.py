"""A certificate authority of the simulator's own, for clients whose host names cannot be changed."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import trustme

NAMES = (
    "*.googleapis.com",
    "accounts.google.com",
    "googleapis.com",
    "localhost",
    "127.0.0.1",
    "metadata.google.internal",
)
_LIFETIME = datetime.timedelta(days=30)


def ensure(folder: Path) -> tuple[Path, Path]:
    """Paths of (the authority's certificate, the server's chain with key); made anew where missing."""
    authority, server = folder / "ca.pem", folder / "server.pem"
    if not (authority.exists() and server.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        ca = trustme.CA(organization_name="Simulated Compute API")
        leaf = ca.issue_cert(*NAMES, not_after=datetime.datetime.now(datetime.timezone.utc) + _LIFETIME)
        ca.cert_pem.write_to_path(authority)
        server.touch(mode=0o600)
        os.chmod(server, 0o600)
        leaf.private_key_and_cert_chain_pem.write_to_path(server)
    return authority, server
