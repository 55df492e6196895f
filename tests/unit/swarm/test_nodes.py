"""What has to change about a node."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.nodes.plan import (
    FORMER_AVAILABILITY,
    NodeError,
    changed_spec,
    find_node,
    label_texts,
    labels_after,
    maintenance_changes,
    node_changes,
    refusal_to_change,
    refusal_to_maintain,
    refusal_to_remove,
    warning_about_loss,
)


def test_node_is_told_by_its_id(make):
    nodes = [make.node("w1", node_id="one"), make.node("w1", node_id="two")]
    assert find_node(nodes, "two", None) is nodes[1]
    assert find_node(nodes, "three", None) is None


def test_part_of_an_id_is_not_the_id(make):
    assert find_node([make.node("w1", node_id="abcdef")], "abc", None) is None


def test_hostname_serves_where_it_is_the_only_one(make):
    nodes = [make.node("w1"), make.node("w10")]
    assert find_node(nodes, None, "w1") is nodes[0]
    assert find_node(nodes, None, "w2") is None


def test_hostname_of_several_nodes_is_refused_with_their_ids(make):
    nodes = [make.node("w1", node_id="one"), make.node("w1", node_id="two", state="down")]
    with pytest.raises(NodeError, match=r"one \(ready\), two \(down\)"):
        find_node(nodes, None, "w1")


@pytest.mark.parametrize(
    ("current", "wanted", "exact", "after"),
    [
        ({"a": "1"}, None, False, {"a": "1"}),
        ({"a": "1"}, None, True, {"a": "1"}),
        ({"a": "1"}, {}, False, {"a": "1"}),
        ({"a": "1"}, {}, True, {}),
        ({"a": "1", "b": "2"}, {"a": "3"}, False, {"a": "3", "b": "2"}),
        ({"a": "1", "b": "2"}, {"a": "3"}, True, {"a": "3"}),
    ],
)
def test_labels_are_merged_or_exact(current, wanted, exact, after):
    assert labels_after(current, wanted, exact) == after


def test_labels_are_text():
    assert label_texts({"a": 1, "b": True, "c": False, "d": "x"}) == {"a": "1", "b": "true", "c": "false", "d": "x"}
    assert label_texts(None) is None


def test_only_what_differs_is_a_change(make):
    node = make.node("w1", labels={"a": "1"})
    assert node_changes(node, {"a": "1"}, False, "active", "worker") == {}
    assert node_changes(node, {"b": "2"}, False, "drain", "manager") == {
        "labels": ({"a": "1"}, {"a": "1", "b": "2"}),
        "availability": ("active", "drain"),
        "role": ("worker", "manager"),
    }


def test_rest_of_the_spec_is_kept():
    spec = {"Name": "kept", "Labels": {"a": "1"}, "Role": "worker", "Availability": "pause"}
    assert changed_spec(spec, {"labels": ({"a": "1"}, {})}) == {**spec, "Labels": {}}
    assert changed_spec(spec, {"role": ("worker", "manager")}) == {**spec, "Role": "manager"}


def test_demotion_is_guarded_and_promotion_is_not(make):
    nodes = [make.node("m1", "manager"), make.node("w1")]
    assert "last manager" in (refusal_to_change(nodes[0], {"role": ("manager", "worker")}, nodes) or "")
    assert refusal_to_change(nodes[1], {"role": ("worker", "manager")}, nodes) is None
    assert refusal_to_change(nodes[0], {"availability": ("active", "drain")}, nodes) is None


def test_node_that_is_ready_has_to_leave_first(make):
    nodes = [make.node("m1", "manager"), make.node("w1"), make.node("w2", state="down")]
    assert "its engine must leave the swarm first" in (refusal_to_remove(nodes[1], nodes, force=False) or "")
    assert refusal_to_remove(nodes[1], nodes, force=True) is None
    assert refusal_to_remove(nodes[2], nodes, force=False) is None


def test_removal_of_a_manager_is_guarded_even_when_forced(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    assert "cost the swarm its quorum" in (refusal_to_remove(nodes[1], nodes, force=True) or "")
    assert refusal_to_remove(nodes[2], nodes, force=False) is None


@pytest.mark.parametrize("former", ["active", "pause", "drain"])
def test_node_gets_back_after_maintenance_what_it_had(make, former):
    before = make.node("w1", availability=former, labels={"a": "1"})
    during = {**before, **{key: after for key, (_before, after) in maintenance_changes(before, True).items()}}
    assert during["availability"] == "drain"
    assert during["labels"] == {"a": "1", FORMER_AVAILABILITY: former}
    again = {**during, **{key: after for key, (_before, after) in maintenance_changes(during, True).items()}}
    assert again == during
    after = {**again, **{key: value for key, (_before, value) in maintenance_changes(again, False).items()}}
    assert after == before
    assert maintenance_changes(after, False) == {}


def test_exact_labels_do_not_forget_what_a_node_had_before_maintenance():
    current = {"a": "1", FORMER_AVAILABILITY: "active"}
    assert labels_after(current, {"b": "2"}, True) == {"b": "2", FORMER_AVAILABILITY: "active"}


def test_maintenance_that_costs_the_quorum_is_refused(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    assert "stopping m1 would cost" in (refusal_to_maintain(nodes[0], nodes) or "")
    assert refusal_to_maintain(nodes[2], nodes) is None
    assert refusal_to_maintain(nodes[0], nodes[:1]) is None


def test_a_node_that_is_drained_already_is_refused_too_once_another_manager_is_gone(make):
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")]
    drained = {**nodes[0], **{key: after for key, (_was, after) in maintenance_changes(nodes[0], True).items()}}
    assert maintenance_changes(drained, True) == {}
    assert refusal_to_maintain(drained, [drained, *nodes[1:]]) is None
    gone = make.node("m3", "manager", state="down")
    assert "stopping m1 would cost" in (refusal_to_maintain(drained, [drained, nodes[1], gone]) or "")


def test_losing_a_manager_warns_of_the_even_number_that_is_left(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager"), make.node("w1")]
    assert "2 managers can lose none" in (warning_about_loss(nodes[0], nodes) or "")
    assert warning_about_loss(nodes[0], [*nodes, make.node("m4", "manager")]) is None
    assert warning_about_loss(nodes[3], nodes) is None
