# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Fingerprints of OpenPGP public keys, without gpg, which a bare host need not have.

Source: RFC 9580, sections 4.2 (packet headers), 5.5.4 (fingerprints) and 6.2 (armor).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

_PUBLIC_KEY = 6
_ARMOR = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\r\n]+:[^\r\n]*\r?\n)*\r?\n(.*?)"
    rb"-----END PGP PUBLIC KEY BLOCK-----",
    re.DOTALL,
)


class NotAKeyError(ValueError):
    """Not a public key."""


def fingerprints(key: bytes) -> list[str]:
    """Fingerprints of the primary keys in a key file, armored or binary: upper-case hexadecimal.

    Raises:
        NotAKeyError: the bytes are not an OpenPGP public key.
    """
    blocks = _ARMOR.findall(key)
    if blocks:
        data = b"".join(_decode(block) for block in blocks)
    elif key.lstrip().startswith((b"-", b"<")):
        raise NotAKeyError("it holds text, and no public key block")
    else:
        data = key
    found = [_fingerprint(body) for tag, body in _packets(data) if tag == _PUBLIC_KEY]
    if not found:
        raise NotAKeyError("it holds no public key")
    return found


def normal(fingerprint: str) -> str:
    """A fingerprint as people write it, without spaces and in upper case."""
    return re.sub(r"[\s:]|^0x", "", fingerprint).upper()


def _decode(block: bytes) -> bytes:
    lines = [line.strip() for line in block.splitlines()]
    text = b"".join(line for line in lines if not line.startswith(b"="))  # the last line may be a checksum
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NotAKeyError(f"its armor is damaged: {error}") from error


def _packets(data: bytes) -> list[tuple[int, bytes]]:
    packets, at = [], 0
    try:
        while at < len(data):
            head = data[at]
            if not head & 0x80:
                raise NotAKeyError("it is not OpenPGP data")
            if head & 0x40:
                tag, (length, at) = head & 0x3F, _new_length(data, at + 1)
            else:
                tag, size = (head >> 2) & 0x0F, 1 << (head & 3)
                if size == 8:
                    raise NotAKeyError("it has a packet without a length")
                length = int.from_bytes(data[at + 1 : at + 1 + size], "big")
                at += 1 + size
            if at + length > len(data):
                raise NotAKeyError("it is cut off")
            packets.append((tag, data[at : at + length]))
            at += length
    except IndexError as error:
        raise NotAKeyError("it is cut off") from error
    return packets


def _new_length(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 192:
        return first, at + 1
    if first < 224:
        return ((first - 192) << 8) + data[at + 1] + 192, at + 2
    if first == 255:
        return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
    raise NotAKeyError("it has a packet of partial lengths")


def _fingerprint(body: bytes) -> str:
    version = body[0] if body else 0
    if version == 4:
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()  # noqa: S324 the standard's
    if version == 6:
        return hashlib.sha256(b"\x9b" + len(body).to_bytes(4, "big") + body).hexdigest().upper()
    raise NotAKeyError(f"it has a key of version {version}, which is not supported")
