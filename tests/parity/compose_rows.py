"""Where the dialect `compose` differs from docker compose 2.40, and why. A difference without a row fails the tests.

Those that the generated projects meet have a pattern of the complaint they are known by.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Row(NamedTuple):
    """One difference.

    Attributes:
        refused_by: `ours`, `theirs`, or empty if both take the project and read it differently.
        complaint: pattern of the refusal.
        reason: why it is so.
    """

    refused_by: str
    complaint: str
    reason: str


ROWS = (
    Row("theirs", "container name|can't set container_name", "container_name means nothing in a swarm: not compared"),
    Row("theirs", "items at .* are equal", "only the merged project is checked: a later file may take the fault away"),
    Row("theirs", r"labels must be a mapping", "docker compose 2.40 refuses lists of labels in a third file"),
    Row("theirs", "already mounted", "two mounts at one place are told by the preflight, not by the loader"),
    Row("ours", "deploy.replicas: cannot be set in mode global", "no engine takes it; docker compose does not look"),
    Row("ours", r"env_file: \S+: is no variable", "docker compose makes a variable of an empty name of such lines"),
    Row("ours", r"env_file: \S+: the value of \S+ goes on after", "the same, for text behind a closing quote"),
    Row("", "", "a name alone at the end of a file without a line end: docker compose makes an empty name of it"),
    Row("", "", "tags in services that others extend: docker compose 2.40 answers by chance, so it is asked again"),
    Row("", "", "two address pools in both files: docker compose mixes them up; here pools of one subnet are merged"),
    Row("", "", "`published: 80` and `published: '80'` are one port here; docker compose keeps both"),
    Row("", "", "a range published for one target (8000-8010:80) publishes all of it, as the docker CLI does"),
    Row("", "", "profiles: what is inactive is not checked, so that a fault there refuses nothing"),
    Row("", "", "environment of configs in included projects: docker compose 2.40 refuses its own form of it"),
    Row("", "", "unquoted dates are texts; docker compose refuses them"),
    Row(
        "theirs",
        r"build\.platforms|SSHKey|devices\[\d+\]\.count|blkio_config|cpu_count|logging\.options",
        "unknown names and limits below keys that swarm has nothing for are not looked at; their types are",
    ),
    Row(
        "theirs",
        r"must declare either `file` or `environment`|undefined network #extensions",
        "taken although docker compose refuses it: a secret of a driver, which swarm has; `required: false` of a "
        "service that is nowhere; a condition left out, which means started; networks whose names "
        "begin with x-, which docker compose loses",
    ),
    Row(
        "ours",
        r"credential_spec\.config|is not one port|is not a restart policy|the variable \S+ is not set|do not go with",
        "what no swarm could deploy is refused before: credentials from a config that is not there, a long form that "
        "publishes a range, unknown restart policies, secrets of unset variables",
    ),
)


OLDER: dict[str, tuple[Row, ...]] = {
    "2.26": (
        Row("theirs", r'unknown unit "[dw]"', "times in days and weeks came later"),
        Row("theirs", 'env_file format "raw"', "the format of env_file came later"),
        Row("theirs", "must be unique", "items that stand twice were refused"),
        Row("ours", "x-note: it is a (mapping|list)", "x- keys of two forms were merged: the later one counted"),
        Row("", r"environment\.R$", "in env files, variables of an earlier file won over the file's own"),
    ),
}
"""Rows of older docker composes alone, by version; ours follows the newest. Those of readings have a pattern of the
dotted path at which the two differ."""


def older_row(version: str, refused_by: str, text: str) -> Row | None:
    """The row of an older docker compose that explains a refusal, or a path at which readings differ."""
    return next((row for row in OLDER[version] if _fits(row, refused_by, text)), None)


def row_of(refused_by: str, complaint: str) -> Row | None:
    """The row that explains a refusal, if there is one."""
    return next((row for row in ROWS if row.complaint and _fits(row, refused_by, complaint)), None)


def _fits(row: Row, refused_by: str, complaint: str) -> bool:
    return row.refused_by == refused_by and re.search(row.complaint, complaint) is not None
