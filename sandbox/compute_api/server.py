"""The simulator's listeners: plain HTTP, TLS, and the proxy in front of TLS."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from sandbox.compute_api import certificates, resources, secret
from sandbox.compute_api.app import ComputeApi
from sandbox.compute_api.backend import Backend, Records
from sandbox.compute_api.control import Control, declare_project, declare_public_images
from sandbox.compute_api.faults import Faults
from sandbox.compute_api.guest_metadata import GuestMetadata
from sandbox.compute_api.metadata import MetadataServer
from sandbox.compute_api.operations import Operations
from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import Tokens
from sandbox.compute_api.tunnel import Tunnel
from sandbox.compute_api.web import ResettableProtocol, Web

_ = resources  # imported for the handlers it registers


@dataclass
class Settings:
    """How to run the simulator.

    Attributes:
        folder: where the state, certificates, `key.json` (a service account's key) and `ready.json` are kept.
        port: of plain HTTP; 0 takes any. The TLS port and the proxy's are always free ones.
        projects: projects to declare; the first is the one the metadata server speaks for.
        operation_seconds: how long operations take at least.
        hands_out_tokens: see `Web`; to be False where instances are hosts of this machine.
        guest_host: address at which hosts ask the metadata server; "" where instances are records.
    """

    folder: Path
    port: int = 0
    projects: list[str] = field(default_factory=lambda: ["dockyard"])
    operation_seconds: float = 0.0
    host: str = "127.0.0.1"
    guest_host: str = ""
    guest_port: int = 0
    hands_out_tokens: bool = True


def serve(settings: Settings, backend: Callable[[Store], Backend] | None = None) -> None:
    """Run until SIGTERM or SIGINT. Writes `ready.json` with the addresses once it answers.

    Args:
        backend: makes what stands behind instances; they are plain records without it.
    """
    asyncio.run(_serve(settings, backend or (lambda _store: Records())))


async def _serve(settings: Settings, make_backend: Callable[[Store], Backend]) -> None:
    settings.folder.mkdir(parents=True, exist_ok=True)
    # Tokens, metadata and keys lie in it.
    settings.folder.chmod(0o700)
    store = Store(settings.folder / "state.sqlite")
    declare_public_images(store)
    for project in settings.projects:
        declare_project(store, project)
    operations = Operations(store, make_backend(store), settings.operation_seconds)
    operations.resume()
    tokens, faults = Tokens(store), Faults()
    metadata = MetadataServer(store, tokens, settings.projects[0])
    control = Control(store, tokens, faults, secret.make(settings.folder))
    web = Web(
        store,
        ComputeApi(store, operations, tokens, faults),
        tokens,
        metadata,
        faults,
        control,
        settings.hands_out_tokens,
    )
    authority, chain = certificates.ensure(settings.folder)
    plain = _Listener(web.application, settings.host, settings.port)
    secure = _Listener(web.application, settings.host, 0, chain)
    listeners = [plain, secure]
    if settings.guest_host:
        guests = GuestMetadata(store, metadata, settings.projects[0], settings.guest_host)
        listeners.append(_Listener(guests.application, settings.guest_host, settings.guest_port))
    tunnel = control.tunnel = Tunnel(secure.port)
    proxy = await tunnel.serve(settings.host, 0)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = [asyncio.create_task(listener.run()) for listener in listeners]
    for listener in listeners:
        await listener.started()
    project = settings.projects[0]
    key = _write_key(settings.folder / "key.json", tokens, project, f"http://{settings.host}:{plain.port}/token")
    ready = {
        "http": f"http://{settings.host}:{plain.port}",
        "https": f"https://localhost:{secure.port}",
        "proxy": f"http://{settings.host}:{proxy.sockets[0].getsockname()[1]}",
        "ca": str(authority),
        "key": str(key),
    }
    partial = settings.folder / "ready.json.new"
    partial.write_text(json.dumps(ready), encoding="utf-8")
    partial.rename(settings.folder / "ready.json")
    await stop.wait()
    (settings.folder / "ready.json").unlink(missing_ok=True)
    proxy.close()
    for listener in listeners:
        listener.stop()
    await asyncio.wait(running, timeout=5)
    operations.close()
    store.close()


def _write_key(path: Path, tokens: Tokens, project: str, token_uri: str) -> Path:
    """The key of an account for people to use; one that still fits is left alone."""
    try:
        fits = json.loads(path.read_text(encoding="utf-8"))["token_uri"] == token_uri
    except (OSError, ValueError, KeyError):
        fits = False
    if not fits:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        key = tokens.create_service_account(f"sandbox@{project}.iam.gserviceaccount.com", project, token_uri)
        path.write_text(json.dumps(key, indent=2), encoding="utf-8")
    return path


class _Listener:
    """One port of the application."""

    def __init__(self, application: Any, host: str, port: int, chain: Path | None = None) -> None:
        # Only of a socket that names its protocol does asyncio switch Nagle's algorithm off, without which each
        # answer's body waits 40 ms for the client to acknowledge its headers.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            application,
            http=ResettableProtocol,
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
            ssl_certfile=chain,
            ssl_keyfile=chain,
        )
        self._server = _Server(config)

    async def run(self) -> None:
        await self._server.serve(sockets=[self._socket])

    async def started(self) -> None:
        while not self._server.started:
            await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """Leaves signals to the simulator, which has two of these."""

    def capture_signals(self) -> Any:
        """Capture nothing."""
        from contextlib import nullcontext  # noqa: PLC0415

        return nullcontext()
