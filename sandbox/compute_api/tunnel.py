"""A CONNECT proxy that leads every host to one address: the simulator's TLS port.

Clients with fixed host names (`compute.googleapis.com`) reach the simulator through
`HTTPS_PROXY=http://127.0.0.1:PORT` and trust its certificate authority. It counts what passes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

_CHUNK = 65_536


class Tunnel:
    """The proxy, and how many bytes and connections it carried."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self.connections = 0
        self.received = 0
        self.sent = 0

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Listen; port 0 takes any."""
        return await asyncio.start_server(self._accept, host, port)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            if not request.startswith(b"CONNECT "):
                writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.close()
            return
        self.connections += 1
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(
            self._copy(reader, upstream_writer, upward=True),
            self._copy(upstream_reader, writer, upward=False),
        )

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upward: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if upward:
                    self.sent += len(data)
                else:
                    self.received += len(data)
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.close()
