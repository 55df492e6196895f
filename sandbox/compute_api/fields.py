"""Partial responses: the `fields` parameter.

Syntax: `a,b/c,d(e,f/g),h/*`. Source: https://cloud.google.com/compute/docs/api/how-tos/performance
"""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.errors import invalid

# A mask is a tree: property to the mask of what is below it; an empty tree keeps everything.
Mask = dict[str, "Mask"]


def parse(text: str) -> Mask:
    """Parse a selector. Raises ApiError (400) for one that is malformed."""
    mask, rest = _siblings(text.replace(" ", ""))
    if rest:
        raise invalid(f"Invalid field selection {text}")
    return mask


def apply(mask: Mask, value: Any) -> Any:
    """What of `value` the mask keeps. Lists are passed through, element by element."""
    if not mask:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "*" in mask:
        below = mask["*"]
        return {key: apply(mask.get(key, below), item) for key, item in value.items()}
    return {key: apply(below, value[key]) for key, below in mask.items() if key in value}


def _siblings(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while True:
        name, text = _name(text)
        below: Mask = {}
        if text.startswith("/"):
            below, text = _one(text[1:])
        elif text.startswith("("):
            below, text = _siblings(text[1:])
            if not text.startswith(")"):
                raise invalid("Invalid field selection: a parenthesis is not closed")
            text = text[1:]
        _merge(mask, name, below)
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def _one(text: str) -> tuple[Mask, str]:
    """A single path element after a slash, with what is below it."""
    name, text = _name(text)
    if text.startswith("/"):
        below, text = _one(text[1:])
        return {name: below}, text
    if text.startswith("("):
        below, text = _siblings(text[1:])
        if not text.startswith(")"):
            raise invalid("Invalid field selection: a parenthesis is not closed")
        return {name: below}, text[1:]
    return {name: {}}, text


def _name(text: str) -> tuple[str, str]:
    end = 0
    while end < len(text) and text[end] not in ",/()":
        end += 1
    if end == 0:
        raise invalid(f"Invalid field selection: a name is expected before '{text[:10]}'")
    return text[:end], text[end:]


def _merge(mask: Mask, name: str, below: Mask) -> None:
    if name not in mask:
        mask[name] = below
    elif not mask[name] or not below:
        mask[name] = {}
    else:
        for key, value in below.items():
            _merge(mask[name], key, value)
