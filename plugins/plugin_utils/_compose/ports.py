# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Published ports: `[[ip:]published:]target[/protocol]`, each part a number or a range."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

_PROTOCOLS = ("tcp", "udp", "sctp")
_FORM = "write [PUBLISHED:]TARGET[/PROTOCOL], such as 80, 8080:80 or 8000-8010:80-90/udp"


def short_port(text: str) -> tuple[list[dict[str, Any]], str | None]:
    """The long forms of a short one, and a warning if a part of it has no effect.

    Raises:
        ValueError: not a port, with the form that is.
    """
    address, published, target = _split(text)
    ports, protocol = _protocol(target, text)
    first, last = _range(ports, text)
    published_first, published_last = _range(published, text) if published else (0, 0)
    single = first == last
    if published and not single and last - first != published_last - published_first:
        raise ValueError(f'"{text}" publishes {published} for {ports}; the two ranges must be of the same length')
    result = [
        {
            "mode": "ingress",
            "protocol": protocol,
            **({"target": number} if number else {}),
            **({"published": public} if public else {}),
        }
        for number in sorted(range(first, last + 1), key=str)
        for public in (
            range(published_first, published_last + 1) if single else [_beside(published_first, number - first)]
        )
    ]
    return result, _address_warning(address, text)


def _beside(published_first: int, offset: int) -> int:
    return published_first + offset if published_first else 0


def _split(text: str) -> tuple[str, str, str]:
    *address, published, target = ["", *text.split(":")] if ":" not in text else text.split(":")
    return ":".join(address), published, target


def _protocol(target: str, text: str) -> tuple[str, str]:
    ports, _slash, rest = target.partition("/")
    protocol = (rest.split("/")[0] or "tcp").lower()
    if not ports:
        raise ValueError(f'"{text}" names no port of the container; {_FORM}')
    if protocol not in _PROTOCOLS:
        raise ValueError(f'"{text}" has the protocol {protocol}; use one of {", ".join(_PROTOCOLS)}')
    return ports, protocol


def _range(text: str, whole: str) -> tuple[int, int]:
    ends = list(_ends(text.split("-")[:2], whole))
    if ends[-1] < ends[0]:
        raise ValueError(f'"{whole}" has the range {text}, which ends before it begins')
    return ends[0], ends[-1]


def _ends(parts: list[str], whole: str) -> Iterator[int]:
    for part in parts:
        if not (part.isascii() and part.isdigit()) or int(part) > 65535:
            raise ValueError(f'"{whole}" is not a port; {_FORM}')
        yield int(part)


def _address_warning(address: str, text: str) -> str | None:
    if not address:
        return None
    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    try:
        version = ipaddress.ip_address(bare.split("%")[0]).version
        if version == 6 and bare == address:
            raise ValueError("an IPv6 address stands in brackets")  # noqa: TRY301 - one message for all
    except ValueError:
        raise ValueError(f'"{text}" has the address {address}, which is none; {_FORM}') from None
    if bare == "0.0.0.0":  # noqa: S104 - compared, not bound
        return None
    return f'the address in "{text}" has no effect: services listen on all addresses of a node'
