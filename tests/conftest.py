"""Lets tests import the collection by its real name, from whatever folder the checkout stands in."""

from __future__ import annotations

from pathlib import Path

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

_ROOT = Path(__file__).resolve().parent.parent
_AnsibleCollectionFinder(paths=[str(_ROOT / ".collections")])._install()
