"""Rooms of the plugins import downwards only, and no two files import each other, for types neither.

The order of the rooms is written here once; what may import what is read from the imports themselves.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
PACKAGE = "ansible_collections.dockyard.swarm.plugins"

# From the ground up: a file belongs to the longest prefix that fits, and may import that room and those listed before.
ROOMS = [
    "module_utils._module",
    "module_utils._engine",
    "module_utils._host",
    "module_utils._providers",
    "module_utils._workstation",
    "module_utils._image",
    "module_utils._swarm",
    "module_utils._stack.labels",
    "module_utils._stack.sensitive",
    "module_utils._stack.spec",
    "module_utils._stack.compare",
    "module_utils._stack.placement",
    "module_utils._stack.converge",
    "module_utils._stack.plan",
    "module_utils._stack.preflight",
    "module_utils._stack.apply",
    "module_utils._stack.rollout",
    "module_utils._stack.history",
    "module_utils._stack.stack_lock",
    "module_utils._stack.report",
    "module_utils._stack",
    "module_utils._service",
    "plugin_utils._compose",
    "plugin_utils",
    "doc_fragments",
    "action",
    "callback",
    "inventory",
    "lookup",
    "modules",
]


def imports_of(source: str, module: str) -> set[str]:
    """The collection's modules that a source text imports, anywhere in it, as dotted names below `plugins`."""
    found: set[str] = set()
    package = module.rsplit(".", 1)[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix(PACKAGE + ".") for alias in node.names if alias.name.startswith(PACKAGE)}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            elif base.startswith(PACKAGE):
                base = base.removeprefix(PACKAGE).lstrip(".")
            else:
                continue
            # What is imported may be a module of the package, or a name in it.
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def graph_of(plugins: Path) -> dict[str, set[str]]:
    """Which module imports which, of all below a folder."""
    sources = {name_of(path, plugins): path.read_text(encoding="utf-8") for path in plugins.rglob("*.py")}
    return {name: (imports_of(text, name) & set(sources)) - {name} for name, text in sources.items()}


def name_of(path: Path, plugins: Path) -> str:
    """`module_utils._stack.deploy` for module_utils/_stack/rollout.py; a package is named by its `__init__`."""
    parts = path.relative_to(plugins).with_suffix("").parts
    return ".".join(parts)


def rank_of(module: str) -> int:
    """The room's place in the order."""
    fitting = [room for room in ROOMS if module == room or module.startswith(room + ".")]
    if not fitting:
        raise AssertionError(f"{module} is in no room: give it one in ROOMS")
    return ROOMS.index(max(fitting, key=len))


def upward_imports(graph: dict[str, set[str]]) -> list[str]:
    """Imports of a room by one that lies below it."""
    return sorted(
        f"{module} ({ROOMS[rank_of(module)]}) imports {other} ({ROOMS[rank_of(other)]})"
        for module, others in graph.items()
        for other in others
        if rank_of(other) > rank_of(module)
    )


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one circle of imports, the first again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_rooms_import_downwards_only() -> None:
    assert upward_imports(graph_of(PLUGINS)) == []


def test_no_two_files_import_each_other() -> None:
    assert circle_in(graph_of(PLUGINS)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"from {PACKAGE}.module_utils._stack.plan.plan import Plan", "module_utils._stack.plan.plan"),
        (f"from {PACKAGE}.module_utils._stack.plan import plan", "module_utils._stack.plan.plan"),
        (f"import {PACKAGE}.module_utils._stack.plan.plan", "module_utils._stack.plan.plan"),
        (f"if TYPE_CHECKING:\n    from {PACKAGE}.modules.stack import main", "modules.stack"),
        (f"def late():\n    from {PACKAGE}.modules import stack", "modules.stack"),
        ("from ..errors import ComposeError", "plugin_utils._compose.errors"),
    ],
)
def test_every_way_to_import_is_seen(text: str, expected: str) -> None:
    assert expected in imports_of(text, "plugin_utils._compose.stack_dialect.loader")


def test_an_upward_import_is_found(tmp_path: Path) -> None:
    for name, text in {
        "module_utils/_engine/client.py": f"from {PACKAGE}.module_utils._stack.rollout import roll_out\n",
        "module_utils/_stack/rollout.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    (found,) = upward_imports(graph_of(tmp_path))
    assert found.startswith("module_utils._engine.client (module_utils._engine) imports module_utils._stack.rollout")


def test_a_circle_is_found_in_type_only_imports_too(tmp_path: Path) -> None:
    room = tmp_path / "module_utils" / "_engine"
    room.mkdir(parents=True)
    (room / "one.py").write_text(f"from {PACKAGE}.module_utils._engine.two import b\n")
    (room / "two.py").write_text(f"if TYPE_CHECKING:\n    from {PACKAGE}.module_utils._engine.one import a\n")

    assert set(circle_in(graph_of(tmp_path))) == {"module_utils._engine.one", "module_utils._engine.two"}
