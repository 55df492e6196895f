# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Read OpenPGP public keys without gpg, which a bare host may not have.

The key that was read is encoded again: two programs may interpret the same file differently, so only what was parsed is
kept.
Source: RFC 9580, sections 4.2 (packet headers), 5.5.4 (fingerprints) and 6.2 (armor).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

_PUBLIC_KEY = 6
# Packet types allowed beside the primary key: signatures, subkeys, user ids and user attributes.
_PARTS = frozenset({2, 14, 13, 17})
_LINE = 64
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
        NotAKeyError: the bytes are not one block of OpenPGP packets with a public key.
    """
    found = [_fingerprint(body) for tag, body in _packets(_binary(key)) if tag == _PUBLIC_KEY]
    if not found:
        raise NotAKeyError("it holds no public key")
    return found


def sole_key(key: bytes) -> str:
    """The only public key of a key file, encoded again in ASCII armor: its packets and nothing else.

    Raises:
        NotAKeyError: there is no public key, more than one, or a packet that does not belong to a key.
    """
    data = _binary(key)
    tags = [tag for tag, _body in _packets(data)]
    if tags.count(_PUBLIC_KEY) != 1 or tags[0] != _PUBLIC_KEY:
        raise NotAKeyError(f"it holds {tags.count(_PUBLIC_KEY)} public keys, and has to hold one")
    others = sorted(set(tags) - _PARTS - {_PUBLIC_KEY})
    if others:
        raise NotAKeyError(f"it holds a packet of type {others[0]}, which is no part of a public key")
    return _armored(data)


def normal(fingerprint: str) -> str:
    """A fingerprint without spaces and in upper case, from any form that people write."""
    return re.sub(r"[\s:]|^0x", "", fingerprint).upper()


def _binary(key: bytes) -> bytes:
    """The packets of a key file."""
    if key[:1] and key[0] & 0x80:
        return key
    blocks = _ARMOR.findall(key)
    if len(blocks) != 1 or key.count(b"-----BEGIN") != 1 or key.count(b"-----END") != 1:
        several = f"{key.count(b'-----BEGIN')} blocks" if b"-----BEGIN" in key else "no block"
        raise NotAKeyError(f"it has {several} of ASCII armor that can be read, and has to have one public key block")
    return _decode(blocks[0])


def _decode(block: bytes) -> bytes:
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    if lines and re.fullmatch(rb"=[A-Za-z0-9+/]{4}", lines[-1]):
        lines.pop()  # a checksum
    try:
        return base64.b64decode(b"".join(lines), validate=True)
    except binascii.Error as error:
        raise NotAKeyError(f"its armor is damaged: {error}") from error


def _armored(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    checksum = base64.b64encode(_crc24(data).to_bytes(3, "big")).decode("ascii")
    begin, end = (f"-----{word} PGP PUBLIC KEY BLOCK-----" for word in ("BEGIN", "END"))
    return "\n".join([begin, "", *lines, f"={checksum}", end]) + "\n"


def _crc24(data: bytes) -> int:
    """The armor's checksum (section 6.1.1), which older programs require."""
    crc = 0xB704CE
    for octet in data:
        crc ^= octet << 16
        for _bit in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1864CFB
    return crc


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
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()  # noqa: S324 required by the standard
    if version == 6:
        return hashlib.sha256(b"\x9b" + len(body).to_bytes(4, "big") + body).hexdigest().upper()
    raise NotAKeyError(f"it has a key of version {version}, which is not supported")
