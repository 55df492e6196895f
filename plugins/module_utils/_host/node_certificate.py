# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The identity of a node, read from the certificate that its swarm issued.

The Engine API of a worker does not tell which cluster it belongs to, but its certificate does: swarmkit issues them
with the node id as common name, the role as organizational unit and the cluster id as organization.
Source: https://github.com/moby/swarmkit/blob/master/ca/certificates.go
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

_ORGANIZATION = bytes([0x55, 0x04, 0x0A])
_ORGANIZATIONAL_UNIT = bytes([0x55, 0x04, 0x0B])
_COMMON_NAME = bytes([0x55, 0x04, 0x03])

_PEM = re.compile("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)

_EXPLICIT_VERSION = 0xA0  # absent from version 1 certificates


@dataclass(frozen=True)
class NodeIdentity:
    """The subject of a node's certificate. `role` is `manager` or `worker` at its last renewal."""

    cluster_id: str
    node_id: str
    role: str


def read_node_identity(docker_root: str) -> NodeIdentity | None:
    """The identity in the engine's data directory.

    Returns None if there is no certificate, it cannot be read, or it is not a swarm's.
    """
    path = Path(docker_root) / "swarm" / "certificates" / "swarm-node.crt"
    try:
        return node_identity(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def is_encrypted(docker_root: str) -> bool:
    """Whether the node's private key, and with it the swarm's state on disk, is encrypted with the unlock key.

    False if there is no key or it cannot be read.
    """
    path = Path(docker_root) / "swarm" / "certificates" / "swarm-node.key"
    try:
        return path.read_text(encoding="ascii").startswith("-----BEGIN ENCRYPTED ")
    except (OSError, ValueError):
        return False


def node_identity(pem: str) -> NodeIdentity:
    """Read the first certificate of a PEM file.

    Raises:
        ValueError: it is not a certificate that a swarm issued to a node.
    """
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("no certificate in the file")
    try:
        subject = _subject(base64.b64decode(found.group(1)))
        role = subject[_ORGANIZATIONAL_UNIT].replace("swarm-", "")
        return NodeIdentity(cluster_id=subject[_ORGANIZATION], node_id=subject[_COMMON_NAME], role=role)
    except (IndexError, KeyError, UnicodeDecodeError, binascii.Error) as error:
        raise ValueError(f"not the certificate of a swarm's node: {error!r}") from error


def _subject(der: bytes) -> dict[bytes, str]:
    """The subject of an X.509 certificate (RFC 5280, section 4.1) by the attribute's object identifier."""
    certificate = _elements(_elements(der)[0][1])
    parts = _elements(certificate[0][1])
    if parts[0][0] == _EXPLICIT_VERSION:
        parts = parts[1:]
    _serial, _signature, _issuer, _validity, subject = parts[:5]
    names: dict[bytes, str] = {}
    for _set_tag, relative_name in _elements(subject[1]):
        for _sequence_tag, attribute in _elements(relative_name):
            (_oid_tag, oid), (_string_tag, value) = _elements(attribute)[:2]
            names[oid] = value.decode()
    return names


def _elements(data: bytes) -> list[tuple[int, bytes]]:
    """Split DER content into its elements: pairs of tag and content."""
    elements = []
    position = 0
    while position < len(data):
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(data[position : position + octets], "big")
            position += octets
        elements.append((tag, data[position : position + length]))
        position += length
    return elements
