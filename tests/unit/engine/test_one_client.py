"""`module_utils/_engine` is the only place that talks to a Docker Engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[3] / "plugins"
# Of the standard library and beside it, what speaks HTTP, or to sockets that may be an engine's.
SPEAKING = {"http.client", "urllib.request", "requests", "urllib3", "docker", "httpx", "aiohttp"}
# Google's API, certificates of registries' keys, a controller's own port: none of them is an engine.
ELSEWHERE = ("module_utils/_providers/", "inventory/")


def trespasses(source: str) -> Iterator[str]:
    """Ways to an engine past the client: a library that speaks HTTP, a socket, or the client's own parts."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (name for name in named if name in SPEAKING or name.split(".")[0] in SPEAKING)
        elif isinstance(node, ast.Attribute) and node.attr in ("AF_UNIX", "_transport"):
            yield ast.unparse(node)
        elif isinstance(node, ast.ClassDef):
            yield from (f"class {node.name}(Engine)" for base in node.bases if ast.unparse(base) == "Engine")


def found_in(plugins: Path) -> dict[str, list[str]]:
    """Trespasses by file, outside of the room."""
    names = {path: path.relative_to(plugins).as_posix() for path in plugins.rglob("*.py")}
    found = {
        name: sorted(set(trespasses(path.read_text(encoding="utf-8"))))
        for path, name in names.items()
        if not name.startswith(("module_utils/_engine/", *ELSEWHERE))
    }
    return {name: ways for name, ways in found.items() if ways}


def test_nobody_else_talks_to_an_engine() -> None:
    assert found_in(PLUGINS) == {}


@pytest.mark.parametrize(
    "text",
    [
        "import http.client\n",
        "from http.client import HTTPConnection\n",
        "import requests.exceptions\n",
        "def late():\n    from docker import APIClient\n",
        "sock = socket.socket(socket.AF_UNIX)\n",
        "class Recorded(Engine):\n    pass\n",
        "engine._transport.send('GET', '/info')\n",
    ],
)
def test_each_way_past_it_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "module_utils").mkdir()
    (tmp_path / "module_utils" / "other.py").write_text(text)
    assert list(found_in(tmp_path)) == ["module_utils/other.py"]
