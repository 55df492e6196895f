"""The corpus: compose files with a few lines about each, at the head of the file.

A case is a file `cases/<group>/<name>.yml`. Its leading `#:` lines are YAML:

- `rows`: rows of the parity table it covers (see rows.py).
- `env`: environment of the load; HOME is always /home/parity.
- `files`: all files of the project, from `cases/`; without it, the case alone.
- `refused`: `config` if loading is refused, by the CLI too; `deploy` if the CLI prints the file but
  refuses to deploy it. We refuse both before anything is touched.
- `message`: what our refusal must say.
- `more`: why we accept what the CLI refuses.
- `twin`: files, from `cases/`, that say the same in words that CLI reads; it is given them to deploy.
- `dialect`: the dialect we read it in; `stack` without it.
- `sends`: for what the CLI has no key for: by path in the bodies that are sent, what stands there.
- `deploy`: why the test bed cannot run it; without it, and unless refused, it can be deployed there.
- `engines`: the first Engine API version that knows all of it.
- `until`: the last major version of the CLI that reads the file so.
- `since`: the first major version of the CLI that reads the file so.

Files under `parts/` and `files/` are used by cases and are none themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

CASES = Path(__file__).parent / "cases"
HOME = "/home/parity"
BED_CLI = "26.1"
"""The CLI of the engines' test bed."""


@dataclass(frozen=True)
class Case:
    """One compose project and what is expected of it."""

    name: str
    files: tuple[str, ...]
    rows: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    refused: str | None = None
    message: str = ""
    more: str | None = None
    twin: tuple[str, ...] = ()
    not_deployable: str | None = None
    engines: str = "1.41"
    until: int | None = None
    since: int = 0
    dialect: str = "stack"
    sends: dict[str, object] = field(default_factory=dict)

    @property
    def deployable(self) -> bool:
        """Whether the test bed's engines can take it."""
        return self.refused is None and self.not_deployable is None

    @property
    def deployable_by_cli(self) -> bool:
        """Whether the test bed's CLI can deploy it, or its twin, too."""
        return self.deployable and self.read_by(BED_CLI) and (self.more is None or bool(self.twin))

    def read_by(self, version: str) -> bool:
        """Whether the CLI of a version, such as `28.5`, reads the file as we do."""
        major = int(version.split(".", maxsplit=1)[0])
        return self.since <= major and (self.until is None or major <= self.until)

    @property
    def files_for_cli(self) -> tuple[str, ...]:
        """The files the CLI deploys."""
        return self.twin or self.files


def cases() -> list[Case]:
    """All cases, by name."""
    found = [_case(path) for path in sorted(CASES.rglob("*.yml")) if path.parent.name not in ("parts", "files")]
    if not found:
        raise RuntimeError(f"no cases under {CASES}")
    return found


def _case(path: Path) -> Case:
    name = str(path.relative_to(CASES).with_suffix(""))
    lines = path.read_text(encoding="utf-8").splitlines()
    about = yaml.safe_load("\n".join(line[2:].removeprefix(" ") for line in lines if line.startswith("#:"))) or {}
    unknown = set(about) - set(_KEYS)
    if unknown or not about.get("rows"):
        raise ValueError(f"{path}: needs rows, and does not know {sorted(unknown)}")
    return Case(
        name=name,
        files=tuple(str(CASES / file) for file in about.get("files", [f"{name}.yml"])),
        rows=tuple(about["rows"]),
        environment={"HOME": HOME, **about.get("env", {})},
        refused=about.get("refused"),
        message=about.get("message", ""),
        more=about.get("more"),
        twin=tuple(str(CASES / file) for file in about.get("twin", [])),
        not_deployable=about.get("deploy"),
        engines=about.get("engines", "1.41"),
        until=about.get("until"),
        since=about.get("since", 0),
        dialect=about.get("dialect", "stack"),
        sends=about.get("sends", {}),
    )


_KEYS = (
    "rows",
    "env",
    "files",
    "refused",
    "message",
    "more",
    "twin",
    "deploy",
    "engines",
    "until",
    "since",
    "dialect",
    "sends",
)
