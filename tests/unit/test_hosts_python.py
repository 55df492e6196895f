"""What runs on a host runs there: on Python 3.9, and on nothing but its standard library and Ansible's own modules.

Each file is checked by its syntax and its names, always; where a Python 3.9 is on the machine, it imports them all.
"""

from __future__ import annotations

import ast
import glob
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ansible
import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
PACKAGE = "ansible_collections.dockyard.swarm.plugins"
FILES = sorted(path for folder in ("module_utils", "modules") for path in (PLUGINS / folder).rglob("*.py"))
OLDEST = (3, 9)

# These run on the controller, which has what requirements.txt names: files by their beginning, below plugins.
WITH_REQUIREMENTS = {"module_utils/_providers/gce/": {"google", "requests"}}

# What Python 3.10 and newer added, by where it is found.
NEWER_NAMES = {
    "typing": (
        "Concatenate LiteralString Never NotRequired ParamSpec ParamSpecArgs ParamSpecKwargs Required Self TypeAlias "
        "TypeAliasType TypeGuard TypeIs TypeVarTuple Unpack assert_never assert_type dataclass_transform is_typeddict "
        "override reveal_type"
    ),
    "itertools": "batched pairwise",
    "enum": "EnumCheck EnumType FlagBoundary ReprEnum StrEnum global_enum member nonmember property verify",
    "datetime": "UTC",
    "contextlib": "aclosing chdir",
    "dataclasses": "KW_ONLY",
    "types": "EllipsisType NoneType NotImplementedType UnionType",
    "inspect": "get_annotations getmembers_static",
    "hashlib": "file_digest",
    "operator": "call",
    "math": "cbrt exp2 sumprod",
    "builtins": "BaseExceptionGroup EncodingWarning ExceptionGroup PythonFinalizationError aiter anext",
}
NEWER_MODULES = {"tomllib", "wsgiref.types", "compression", "annotationlib"}
NEWER_METHODS = {"add_note", "bit_count", "hardlink_to", "with_segments"}
# Keyword arguments by the name of what is called.
NEWER_ARGUMENTS = {
    "dataclass": {"slots", "kw_only", "match_args", "weakref_slot"},
    "field": {"kw_only"},
    "zip": {"strict"},
    "bisect_left": {"key"},
    "bisect_right": {"key"},
    "insort": {"key"},
    "glob": {"root_dir", "dir_fd", "include_hidden"},
    "rglob": {"case_sensitive", "recurse_symlinks"},
    "TemporaryDirectory": {"ignore_cleanup_errors", "delete"},
    "NamedTemporaryFile": {"delete_on_close"},
    "rmtree": {"onexc", "dir_fd"},
}
BUILTIN_TYPES = {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "object", "set", "str", "tuple", "type"}


def problems_of(source: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What of a source text Python 3.9 lacks, or a host has not.

    Args:
        allowed: packages it may import beside the standard library, Ansible's module_utils and this collection.
    """
    try:
        tree = ast.parse(source, feature_version=OLDEST)
    except SyntaxError as error:
        return [f"line {error.lineno}: {error.msg}"]
    found = [] if _annotations_are_text(tree) else ["line 1: `from __future__ import annotations` is missing"]
    for node in _at_run_time(tree):
        told = (_union(node), _newer_name(node), _newer_argument(node), _foreign(node, allowed))
        found += [f"line {getattr(node, 'lineno', 1)}: {words}" for words in told if words]
    return found


def _annotations_are_text(tree: ast.Module) -> bool:
    statements = [node for node in tree.body if not isinstance(node, ast.Expr)]
    future = [node for node in statements if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    return not statements or any(alias.name == "annotations" for node in future for alias in node.names)


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that are evaluated: not annotations, and not what only type checkers read."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        if isinstance(node, ast.If) and name == "body" and _is_for_checkers(node.test):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _at_run_time(child)


def _is_for_checkers(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def _union(node: ast.AST) -> str:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and (_type(node.left) or _type(node.right)):
        return f"`{ast.unparse(node)}` joins types at run time"
    return ""


def _type(node: ast.expr) -> bool:
    """Whether an expression is a type: `None`, a builtin, `list[…]`, or a name in CamelCase."""
    if isinstance(node, ast.Subscript):
        return _type(node.value)
    if isinstance(node, ast.Attribute):
        return _is_camel(node.attr)
    if isinstance(node, ast.Name):
        return node.id in BUILTIN_TYPES or _is_camel(node.id)
    return isinstance(node, ast.Constant) and node.value is None


def _is_camel(name: str) -> bool:
    bare = name.lstrip("_")
    return bare[:1].isupper() and any(sign.islower() for sign in bare)


def _newer_name(node: ast.AST) -> str:
    if isinstance(node, ast.ImportFrom) and node.module in NEWER_NAMES:
        newer = {alias.name for alias in node.names} & set(NEWER_NAMES[node.module].split())
        return f"{node.module}.{min(newer)} is newer" if newer else ""
    if isinstance(node, ast.Attribute) and node.attr in NEWER_NAMES.get(ast.unparse(node.value), "").split():
        return f"{ast.unparse(node)} is newer"
    if isinstance(node, ast.Name) and node.id in NEWER_NAMES["builtins"].split():
        return f"{node.id} is newer"
    return f".{node.attr}() is newer" if isinstance(node, ast.Attribute) and node.attr in NEWER_METHODS else ""


def _newer_argument(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    newer = {keyword.arg for keyword in node.keywords} & NEWER_ARGUMENTS.get(name, set())
    return f"{name}({min(filter(None, newer))}=) is newer" if newer else ""


def _foreign(node: ast.AST, allowed: frozenset[str]) -> str:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    else:
        return ""
    for name in names:
        if name.startswith(("ansible.module_utils", PACKAGE)):
            continue
        if name in NEWER_MODULES:
            return f"the module {name} is newer"
        if name.split(".")[0] not in {*sys.stdlib_module_names, *allowed}:
            return f"{name} is in no standard library"
    return ""


def allowed_in(path: Path) -> frozenset[str]:
    """What a file may import beside what each host has."""
    name = path.relative_to(PLUGINS).as_posix()
    return frozenset().union(*(known for start, known in WITH_REQUIREMENTS.items() if name.startswith(start)))


def test_every_file_is_python_3_9_and_needs_no_package() -> None:
    assert len(FILES) > 150
    found = {
        str(path.relative_to(PLUGINS)): problems
        for path in FILES
        if (problems := problems_of(path.read_text(encoding="utf-8"), allowed_in(path)))
    }
    assert found == {}


FUTURE = "from __future__ import annotations\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("match x:\n    case 1: pass\n", "Pattern matching is only supported in Python 3.10"),
        ("try:\n    pass\nexcept* OSError:\n    pass\n", "Exception groups are only supported|invalid syntax"),
        ("Text = str | None\n", "joins types"),
        ("Text = dict[str, int] | list[int]\n", "joins types"),
        ("Text = Engine | errors.EngineError\n", "joins types"),
        ("isinstance(x, int | str)\n", "joins types"),
        ("def f(x=cast(int | None, 1)): pass\n", "joins types"),
        ("from dataclasses import dataclass\n@dataclass(frozen=True, slots=True)\nclass A: pass\n", "slots"),
        ("import dataclasses\n@dataclasses.dataclass(kw_only=True)\nclass A: pass\n", "kw_only"),
        ("zip(a, b, strict=True)\n", "strict"),
        ("from typing import Self\n", "typing.Self"),
        ("import typing\nx: typing.Any = typing.TypeAlias\n", "typing.TypeAlias"),
        ("from itertools import pairwise\n", "itertools.pairwise"),
        ("from datetime import UTC\n", "datetime.UTC"),
        ("import tomllib\n", "tomllib is newer"),
        ("raise ExceptionGroup('x', [])\n", "ExceptionGroup"),
        ("(1).bit_count()\n", "bit_count"),
        ("import docker\n", "docker is in no standard library"),
        ("try:\n    from docker import auth\nexcept ImportError:\n    pass\n", "docker is in no standard library"),
        ("def late():\n    import yaml\n", "yaml is in no standard library"),
        ("from ansible.errors import AnsibleError\n", "ansible.errors is in no standard library"),
    ],
)
def test_what_a_host_may_lack_is_found(text: str, words: str) -> None:
    (found,) = problems_of(FUTURE + text)
    assert re.search(words, found)


def test_a_file_whose_annotations_are_evaluated_is_found() -> None:
    assert problems_of('"""Text."""\nimport os\n') == ["line 1: `from __future__ import annotations` is missing"]


@pytest.mark.parametrize(
    "text",
    [
        "x: int | None = None\n",
        "def f(a: str | None) -> list[int] | None: ...\n",
        "@dataclass(frozen=True)\nclass A:\n    b: int | None = None\n",
        "AuthFor = Callable[[str], 'str | None']\n",
        "x = SOME | OTHERS | {1} | set(a)\n",
        "flags = os.O_RDWR | os.O_CREAT\n",
        "if TYPE_CHECKING:\n    from docker.tls import TLSConfig\n",
        "text.removeprefix('a')\n",
        f"from {PACKAGE}.module_utils._engine.client import Engine\n",
    ],
)
def test_what_every_host_has_is_let_be(text: str) -> None:
    assert problems_of(FUTURE + text) == []


# -- by a Python 3.9 ----------------------------------------------------------------------------------------------

_IMPORT_ALL = """
import importlib, sys
failed = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed.append(f"{name}: {type(error).__name__}: {error}")
print("\\n".join(failed))
print(sys.version_info[:2])
"""


def oldest_python() -> str | None:
    """A Python 3.9 of this machine."""
    known = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.9.*/bin/python3.9")), reverse=True)
    for candidate in filter(None, [*known, shutil.which("python3.9")]):
        # One of pyenv's shims is there for versions that are not chosen, too.
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def as_on_a_host(folder: Path, plugins: Path) -> Path:
    """A folder to import from: of Ansible only what a module takes along, and this collection."""
    (folder / "ansible").mkdir(parents=True)
    (folder / "ansible" / "__init__.py").write_text("")
    installed = Path(ansible.__file__).parent
    (folder / "ansible" / "module_utils").symlink_to(installed / "module_utils")
    (folder / "ansible" / "release.py").symlink_to(installed / "release.py")
    collection = folder / "ansible_collections" / "dockyard" / "swarm"
    collection.mkdir(parents=True)
    (collection / "plugins").symlink_to(plugins)
    return folder


def import_all(python: str, folder: Path, names: list[str]) -> list[str]:
    """What fails when an interpreter imports these modules, with no package of its own."""
    done = subprocess.run(
        [python, "-S", "-B", "-c", _IMPORT_ALL, *names],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(folder), "PATH": os.environ["PATH"]},
    )
    *failed, version = done.stdout.splitlines()
    assert version == str(OLDEST)
    return [line for line in failed if line]


def modules_below(plugins: Path) -> list[str]:
    """Dotted names of all that runs on hosts."""
    files = sorted(path for folder in ("module_utils", "modules") for path in (plugins / folder).rglob("*.py"))
    return [".".join((PACKAGE, *path.relative_to(plugins).with_suffix("").parts)) for path in files]


@pytest.fixture
def python() -> str:
    found = oldest_python()
    if found is None:
        pytest.skip("this machine has no Python 3.9; its syntax and names were checked above")
    return found


def test_a_python_3_9_imports_every_file(python: str, tmp_path: Path) -> None:
    names = modules_below(PLUGINS)
    assert len(names) == len(FILES)
    assert import_all(python, as_on_a_host(tmp_path / "host", PLUGINS), names) == []


def test_a_python_3_9_finds_what_it_lacks(python: str, tmp_path: Path) -> None:
    room = tmp_path / "plugins" / "module_utils"
    room.mkdir(parents=True)
    (room / "good.py").write_text("from ansible.module_utils.basic import AnsibleModule\n")
    (room / "newer.py").write_text("Text = str | None\n")
    (room / "foreign.py").write_text("import docker\n")
    found = import_all(
        python, as_on_a_host(tmp_path / "host", tmp_path / "plugins"), modules_below(tmp_path / "plugins")
    )
    assert [line.split(": ")[:2] for line in found] == [
        [f"{PACKAGE}.module_utils.foreign", "ModuleNotFoundError"],
        [f"{PACKAGE}.module_utils.newer", "TypeError"],
    ]
