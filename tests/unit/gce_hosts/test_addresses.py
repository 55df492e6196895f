from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.addresses import decide_addresses
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import DeclarationError, Owner

OWNER = Owner("shop")


def actions(current: dict[str, Any], present: bool = True, **options: Any) -> list[str]:
    asked = {"address_type": "external", "subnetwork": None, "labels": None, **options}
    return [step.action for step in decide_addresses(["front"], current, OWNER, "europe-west1", asked, present).steps]


def address(**changes: Any) -> dict[str, Any]:
    body = {"name": "front", "address": "203.0.113.7", "addressType": "EXTERNAL", "labels": {"fleet": "shop"}}
    return {"front": {**body, **changes}}


def test_what_is_reserved_stays_and_what_is_not_is_made() -> None:
    assert actions(address()) == []
    assert actions({}) == ["reserve_address"]


def test_labels_are_merged() -> None:
    assert actions(address(labels={"fleet": "shop", "theirs": "1"}), labels={"tier": "web"}) == ["label_address"]
    assert actions(address(labels={"fleet": "shop", "theirs": "1", "tier": "web"}), labels={"tier": "web"}) == []


def test_an_unlabelled_one_is_known_by_its_description() -> None:
    assert actions(address(labels={}, description="Fleet shop")) == ["label_address"]


def test_it_is_given_back_unless_in_use() -> None:
    assert actions(address(), present=False) == ["release_address"]
    assert actions({}, present=False) == []
    with pytest.raises(DeclarationError, match="in use by web-1"):
        actions(address(users=["https://x/instances/web-1"]), present=False)


def test_those_of_others_and_of_another_kind_are_refused() -> None:
    for present in (True, False):
        with pytest.raises(DeclarationError, match="fleet=shop"):
            actions(address(labels={"fleet": "other"}), present=present)
    with pytest.raises(DeclarationError, match="cannot become internal"):
        actions(address(), address_type="internal")


def test_an_internal_one_names_its_subnetwork() -> None:
    asked = {"address_type": "internal", "subnetwork": "back", "labels": None}
    (step,) = decide_addresses(["front"], {}, OWNER, "europe-west1", asked).steps
    assert step.detail["body"]["subnetwork"] == "regions/europe-west1/subnetworks/back"
