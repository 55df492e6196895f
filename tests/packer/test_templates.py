"""The templates, as Packer reads them."""

from __future__ import annotations

import pytest

from tests.packer import packer


def test_every_source_is_valid():
    validated = packer.run("validate", google_project="some-project", qemu_source_checksum="none")
    assert validated.status == 0, validated.output


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("engine_version", "latest", "the beginning of a version"),
        ("distribution", "Debian 13", "lower-case letters"),
        ("revision", "feature/x", "becomes a label"),
    ],
)
def test_value_that_cannot_be_used_is_refused_with_advice(variable, value, advice):
    refused = packer.run("validate", google_project="some-project", **{variable: value})
    assert refused.status != 0
    assert advice in refused.output
