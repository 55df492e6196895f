"""The object that carries the wanted content is found by exact name or label; else a new one is named."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.revisions import (
    choose,
    revision_labels,
    revision_name,
    revision_number,
)

from tests.unit.stack.specs import content


def later(number, base="shop_key"):
    labels = {"dockyard.swarm.revision-of": base, "dockyard.swarm.revision": str(number)}
    return content(f"{base}.{number}", **labels)


def test_nothing_there_means_the_plain_name():
    choice = choose("shop_key", [], ())
    assert (choice.name, choice.existing, choice.replaces) == ("shop_key", None, None)


def test_same_content_keeps_the_object():
    item = content("shop_key")
    choice = choose("shop_key", [item], {item["ID"]})
    assert (choice.name, choice.existing, choice.replaces) == ("shop_key", item, None)


def test_other_content_means_the_next_revision():
    choice = choose("shop_key", [content("shop_key"), later(2)], ())
    assert (choice.name, choice.revision, choice.existing, choice.replaces) == ("shop_key.3", 3, None, "shop_key.2")


def test_numbers_are_compared_as_numbers():
    assert choose("shop_key", [later(9), later(10)], ()).name == "shop_key.11"


def test_former_content_that_is_still_there_serves_again():
    first = content("shop_key")
    choice = choose("shop_key", [first, later(2)], {first["ID"]})
    assert (choice.name, choice.existing, choice.replaces) == ("shop_key", first, "shop_key.2")


def test_a_longer_name_is_no_revision():
    items = [content("shop_key_vault"), content("shop_key.2"), content("shop_key2")]
    assert [revision_number(item, "shop_key") for item in items] == [None, None, None]
    assert choose("shop_key", items, ()).name == "shop_key"


def test_a_revision_belongs_to_its_exact_base():
    assert revision_number(later(2, "shop_key_vault"), "shop_key") is None


def test_names_stay_within_what_swarm_allows():
    name = revision_name("n" * 64, 12)
    assert len(name) == 64
    assert name.endswith(".12")


def test_the_first_revision_carries_no_label():
    assert revision_labels("shop_key", 1) == {}
    assert revision_labels("shop_key", 2) == {
        "dockyard.swarm.revision-of": "shop_key",
        "dockyard.swarm.revision": "2",
    }
