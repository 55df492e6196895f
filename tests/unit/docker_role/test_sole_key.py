"""What apt trusts is what was checked: gpg, which apt asks, finds in the written file the one key that was named."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import openpgp, repository
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import Distribution

TRIXIE = Distribution("debian", "13", "trixie", "apt", "amd64")
# Public keys made for these tests and thrown away; gpg prints these fingerprints for them.
KEY = b"""-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawDP3hYJKwYBBAHaRw8BAQdABMvjMdtPKXdU2DZa8yzizAk6SdIVpRd1dRpa
AwMr+s20DnRlc3RAbG9jYWxob3N0iJAEExYIADgWIQTYIL6YWZjNH6i3pXpH6VfV
NLhu5gUCawDP3gIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRBH6VfVNLhu
5gTjAP4ge2dodWD6VCM4xO9LJJiDv22WId+42nE6XMk3fWOGVgEAicWklOtGiimr
OBx5jn7d+zi8qeh16droUyBBtdCm5A4=
=zAb+
-----END PGP PUBLIC KEY BLOCK-----
"""
FINGERPRINT = "D820BE985998CD1FA8B7A57A47E957D534B86EE6"
OTHER = b"""-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawbnvRYJKwYBBAHaRw8BAQdAcuuiW6AX4NXFI1bgpvDd5vy4tTHaz/UTIcaJ
m+1dG6e0EHNlY29uZEBsb2NhbGhvc3SIkAQTFggAOBYhBOKYOwfJzLPb8fOl22PN
eipTdod2BQJrBue9AhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEGPNeipT
dod2v3MBAIaDlvooaqnpmToaDfJBIwCSg1f6bxSpz3FJDH1k8dYcAP9pOVoD3iuq
IRFo9PVEWROTP2TkUrp+far2N1AZx90NBw==
=bqO/
-----END PGP PUBLIC KEY BLOCK-----
"""
OTHER_FINGERPRINT = "E2983B07C9CCB3DBF1F3A5DB63CD7A2A53768776"


def binary(armor: bytes) -> bytes:
    body = armor.split(b"\n\n", 1)[1].split(b"-----END")[0]
    return base64.b64decode(b"".join(line for line in body.splitlines() if not line.startswith(b"=")))


def seen_by_gpg(data: bytes, folder: Path) -> list[str]:
    """Fingerprints of the primary keys that gpg reads from a file."""
    file, home = folder / "key", folder / "gpg"
    home.mkdir(mode=0o700, exist_ok=True)
    file.write_bytes(data)
    command = ["gpg", "--batch", "--no-options", "--show-keys", "--with-colons", str(file)]
    out = subprocess.run(command, env={**os.environ, "GNUPGHOME": str(home)}, capture_output=True, check=False).stdout
    rows = [line.split(":") for line in out.decode().splitlines()]
    primary = [number for number, row in enumerate(rows) if row[0] == "pub"]
    return [next(row[9] for row in rows[number:] if row[0] == "fpr") for number in primary]


# Files that two programs may read differently.
FILES = {
    "plain": KEY,
    "binary": binary(KEY),
    "second block": KEY + OTHER,
    "second block with a space after its head": KEY + OTHER.replace(b"BLOCK-----\n\n", b"BLOCK----- \n\n", 1),
    "second block with a tab after its head": KEY + OTHER.replace(b"BLOCK-----\n\n", b"BLOCK-----\t\n\n", 1),
    "second block with a space in its empty line": KEY + OTHER.replace(b"\n\n", b"\n \n", 1),
    "second block with a header": KEY + OTHER.replace(b"\n\n", b"\nComment: x\n\n", 1),
    "second block with an odd header": KEY + OTHER.replace(b"\n\n", b"\nComment\n\n", 1),
    "second block first": OTHER.replace(b"BLOCK-----\n\n", b"BLOCK----- \n\n", 1) + KEY,
    "second block without an end": KEY + OTHER.replace(b"-----END PGP PUBLIC KEY BLOCK-----\n", b""),
    "second block of another type": KEY + OTHER.replace(b"PUBLIC KEY BLOCK", b"MESSAGE"),
    "second binary": binary(KEY) + binary(OTHER),
    "binary after a block": KEY + binary(OTHER),
    "block after a binary": binary(KEY) + OTHER,
    "two keys in one block": b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
    + base64.encodebytes(binary(KEY) + binary(OTHER))
    + b"-----END PGP PUBLIC KEY BLOCK-----\n",
    "two bodies in one block": KEY.replace(b"-----END", binary(OTHER).hex().encode() + b"\n-----END"),
    "body after the checksum": KEY.replace(b"-----END", base64.encodebytes(binary(OTHER)) + b"-----END"),
    "text around it": b"A key:\n" + KEY + b"\nThat was it.\n",
    "windows": KEY.replace(b"\n", b"\r\n"),
    "without a checksum": KEY.replace(b"=zAb+\n", b""),
    "other": OTHER,
}
ACCEPTED = {"binary after a block", "plain", "binary", "text around it", "windows", "without a checksum"}


@pytest.mark.parametrize("name", FILES)
def test_gpg_sees_what_was_checked(name: str, tmp_path: Path):
    assert shutil.which("gpg"), "this test asks gpg: install it"
    named = repository.describe(
        TRIXIE, {"url": "", "suite": "", "channel": "stable", "key_url": "", "fingerprint": FINGERPRINT}
    )
    if name not in ACCEPTED:
        with pytest.raises(repository.RepositoryError):
            repository.checked_key(FILES[name], named)
        return
    written = repository.checked_key(FILES[name], named)
    assert seen_by_gpg(written.encode(), tmp_path) == [FINGERPRINT]
    assert written == KEY.decode()
    assert repository.checked_key(written.encode(), named) == written


def test_files_of_two_keys_are_such_to_gpg(tmp_path: Path):
    """The cases are real: gpg trusts the second key of the one that passed an earlier check."""
    found = seen_by_gpg(FILES["second block with a space after its head"], tmp_path)
    assert found == [FINGERPRINT, OTHER_FINGERPRINT]


def test_what_is_no_part_of_a_public_key_is_refused():
    secret = binary(KEY) + bytes([0xC0 | 11, 3]) + b"abc"
    with pytest.raises(openpgp.NotAKeyError, match="type 11"):
        openpgp.sole_key(secret)
