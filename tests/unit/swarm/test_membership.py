"""What each declared host has to do, from any state to the declared one."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import MembershipError
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.fleet_plan import Policy, plan_membership

ANY = Policy()


def plan(hosts, policy=ANY):
    return plan_membership(hosts, policy)


def refusal(hosts, policy=ANY):
    with pytest.raises(MembershipError) as caught:
        plan_membership(hosts, policy)
    return str(caught.value)


@pytest.fixture
def settled(make):
    """Three managers and a worker, all as declared."""
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")] + [make.node("w1")]
    return nodes, make.declared(
        *((name, "manager", make.manager(name, nodes)) for name in ("m1", "m2", "m3")),
        ("w1", "worker", make.worker("w1")),
    )


# -- nothing to do -----------------------------------------------------------------------------------


def test_settled_swarm_needs_nothing(settled):
    found = plan(settled[1])
    assert not found.changes
    assert (found.configure, found.ghosts, found.warnings) == ([], [], [])
    assert (found.cluster_id, found.spokesman, found.steward) == ("C", "m1", "m1")


def test_order_of_the_inventory_does_not_matter(settled):
    found = plan(list(reversed(settled[1])))
    assert not found.changes
    assert found.cluster_id == "C"


# -- founding ----------------------------------------------------------------------------------------


def test_fresh_hosts_found_once_and_join(make):
    names = [("m1", "manager"), ("m2", "manager"), ("w1", "worker"), ("w2", "worker")]
    found = plan(make.declared(*((name, role, make.fresh(name)) for name, role in names)))
    assert (found.found, found.spokesman, found.steward, found.cluster_id) == ("m1", "m1", "m1", None)
    assert (found.join_managers, found.join_workers, found.leave) == (["m2"], ["w1", "w2"], [])


def test_nothing_is_founded_while_a_declared_manager_is_silent(make):
    hosts = make.declared(("m1", "manager", make.fresh("m1")), ("m2", "manager", None), ("w1", "worker", None))
    said = refusal(hosts)
    assert "m2 could not be asked" in said
    assert "w1" not in said
    assert "swarm_init_without_all_managers=true" in said


def test_user_may_found_without_the_silent_manager(make):
    hosts = make.declared(("m1", "manager", None), ("m2", "manager", make.fresh("m2")))
    found = plan(hosts, Policy(init_without_all_managers=True))
    assert (found.found, found.join_managers) == ("m2", [])
    assert any("m1" in warning for warning in found.warnings)


def test_host_whose_engine_is_down_but_was_in_a_swarm_counts_as_silent(make):
    down = {**make.fresh("m2"), "state": "unknown"}
    assert "m2 could not be asked" in refusal(
        make.declared(("m1", "manager", make.fresh("m1")), ("m2", "manager", down))
    )


def test_silent_worker_does_not_keep_a_swarm_from_being_founded(make):
    found = plan(make.declared(("m1", "manager", make.fresh("m1")), ("w1", "worker", None)))
    assert found.found == "m1"
    assert found.warnings == ["could not be asked, and left as they are: w1"]


def test_worker_outside_of_this_run_is_not_talked_about(make):
    found = plan(make.declared(("m1", "manager", make.fresh("m1")), ("w1", "worker", None, {"selected": False})))
    assert found.warnings == []


def test_founder_is_part_of_this_run(make):
    hosts = [("m1", "manager", make.fresh("m1"), {"selected": False}), ("m2", "manager", make.fresh("m2"))]
    assert plan(make.declared(*hosts)).found == "m2"


def test_nobody_to_found_is_said(make):
    hosts = [("m1", "manager", make.fresh("m1"), {"selected": False}), ("w1", "worker", make.fresh("w1"))]
    assert "run once without --limit" in refusal(make.declared(*hosts))


def test_half_joined_host_leaves_before_a_swarm_is_founded(make):
    pending = make.worker("w1", cluster_id=None, state="pending", node_id=None)
    found = plan(make.declared(("m1", "manager", make.fresh("m1")), ("w1", "worker", pending)))
    assert (found.found, found.leave, found.join_workers) == ("m1", ["w1"], ["w1"])


def test_no_manager_declared(make):
    assert "swarm_managers" in refusal(make.declared(("w1", "worker", make.fresh("w1"))))


def test_host_in_both_groups(make):
    hosts = make.declared(("m1", "manager", make.fresh("m1")), ("m1", "worker", make.fresh("m1")))
    assert "as well as in swarm_workers: m1" in refusal(hosts)


def test_declared_labels_and_availability_are_set_once_the_host_is_in(make):
    hosts = [
        ("m1", "manager", make.fresh("m1"), {"availability": "drain"}),
        ("w1", "worker", make.fresh("w1"), {"labels": {"a": "1"}}),
        ("w2", "worker", make.fresh("w2")),
    ]
    assert plan(make.declared(*hosts)).configure == ["m1", "w1"]


# -- growing -----------------------------------------------------------------------------------------


def test_fresh_hosts_join_the_swarm_there_is(make):
    nodes = [make.node("m1", "manager")]
    found = plan(
        make.declared(
            ("m0", "manager", make.fresh("m0")),
            ("m1", "manager", make.manager("m1", nodes)),
            ("w1", "worker", make.fresh("w1")),
        )
    )
    assert (found.found, found.cluster_id, found.spokesman) == (None, "C", "m1")
    assert (found.join_managers, found.join_workers) == (["m0"], ["w1"])


def test_silent_manager_does_not_keep_others_from_joining(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    hosts = make.declared(
        ("m3", "manager", None),
        ("m1", "manager", make.manager("m1", nodes)),
        ("m2", "manager", make.manager("m2", nodes)),
        ("w1", "worker", make.fresh("w1")),
    )
    found = plan(hosts)
    assert (found.found, found.join_workers, found.ghosts) == (None, ["w1"], [])
    assert found.warnings == ["could not be asked, and left as they are: m3"]


def test_manager_outside_of_this_run_speaks_for_the_swarm(make):
    nodes = [make.node("m1", "manager")]
    hosts = [("m1", "manager", make.manager("m1", nodes), {"selected": False}), ("w1", "worker", make.fresh("w1"))]
    found = plan(make.declared(*hosts))
    assert (found.spokesman, found.join_workers) == ("m1", ["w1"])


# -- other roles -------------------------------------------------------------------------------------


def test_roles_follow_the_groups(make):
    nodes = [make.node("a", "manager"), make.node("b", "manager"), make.node("c", "manager"), make.node("d")]
    hosts = make.declared(
        ("d", "manager", make.worker("d")),
        ("b", "manager", make.manager("b", nodes)),
        ("c", "manager", make.manager("c", nodes)),
        ("a", "worker", make.manager("a", nodes)),
    )
    found = plan(hosts)
    assert (found.promote, found.demote, found.spokesman, found.steward) == (["d"], ["a"], "b", "b")


def test_only_manager_hands_over_before_it_is_demoted(make):
    """All declared managers are new: the old one, a worker by now, speaks first and is not asked to demote itself."""
    nodes = [make.node("old", "manager")]
    hosts = make.declared(("new", "manager", make.fresh("new")), ("old", "worker", make.manager("old", nodes)))
    found = plan(hosts)
    assert (found.found, found.join_managers, found.demote) == (None, ["new"], ["old"])
    assert (found.spokesman, found.steward) == ("old", "new")


def test_demotion_that_costs_the_quorum_is_refused_with_the_numbers(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)),
        ("m3", "manager", None),
        ("m2", "worker", make.manager("m2", nodes)),
    )
    said = refusal(hosts)
    assert "demoting m2 would cost the swarm its quorum" in said
    assert "2 of 3 managers reachable" in said


def test_manager_that_joins_first_makes_room_for_a_demotion(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)),
        ("m3", "manager", None),
        ("m4", "manager", make.fresh("m4")),
        ("m5", "manager", make.fresh("m5")),
        ("m2", "worker", make.manager("m2", nodes)),
    )
    assert plan(hosts).demote == ["m2"]


def test_even_number_of_managers_is_warned_of(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager")]
    hosts = make.declared(*((name, "manager", make.manager(name, nodes)) for name in ("m1", "m2")))
    assert any("2 managers can lose none" in warning for warning in plan(hosts).warnings)


# -- labels and availability -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has", "wanted", "differs"),
    [
        ({}, {}, False),
        ({}, {"availability": "drain"}, True),
        ({"availability": "drain"}, {"availability": "drain"}, False),
        ({"availability": "drain"}, {}, False),
        ({"labels": {"a": "1", "b": "2"}}, {"labels": {"a": "1"}}, False),
        ({"labels": {"a": "1", "b": "2"}}, {"labels": {"a": "1"}, "labels_exact": True}, True),
        ({"labels": {"a": "1"}}, {"labels": {}, "labels_exact": True}, True),
        ({"labels": {"a": "1"}}, {"labels": {"a": "2"}}, True),
        ({"labels": {"a": "1"}}, {"labels_exact": True}, False),
        ({"state": "down"}, {}, True),
    ],
)
def test_nodes_are_described_only_where_they_differ(make, has, wanted, differs):
    nodes = [make.node("m1", "manager"), make.node("w1", **has)]
    hosts = make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", make.worker("w1"), wanted))
    found = plan(hosts)
    assert found.configure == (["w1"] if differs else [])
    assert not found.changes


# -- rebuilt hosts, half-joined hosts, ghosts ----------------------------------------------------------


def test_rebuilt_first_manager_joins_the_old_swarm_and_its_ghost_goes(make):
    nodes = [make.node("m1", "manager", state="down"), make.node("m2", "manager"), make.node("m3", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.fresh("m1")),
        ("m2", "manager", make.manager("m2", nodes)),
        ("m3", "manager", make.manager("m3", nodes)),
    )
    found = plan(hosts)
    assert (found.found, found.cluster_id, found.spokesman, found.join_managers) == (None, "C", "m2", ["m1"])
    assert found.ghosts == [{"id": "id-m1", "hostname": "m1", "role": "manager"}]


def test_ghost_is_only_reported_when_it_shall_stay(make):
    nodes = [make.node("m1", "manager"), make.node("w1", state="down")]
    hosts = make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", make.fresh("w1")))
    found = plan(hosts, Policy(remove_ghosts=False))
    assert found.ghosts == []
    assert any("w1 (id-w1)" in warning for warning in found.warnings)


def test_namesake_that_is_down_is_no_ghost_while_somebody_is_silent(make):
    """Hosts may share a hostname: the node that is down may be the silent host's."""
    nodes = [
        make.node("m1", "manager"),
        make.node("debian", node_id="living", address="addr-w1"),
        make.node("debian", node_id="silent", address="addr-w2", state="down"),
    ]
    living = {**make.worker("debian"), "node_id": "living", "addresses": ["addr-w1"]}
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", living), ("w2", "worker", None)
    )
    assert plan(hosts).ghosts == []


def test_namesake_at_the_same_address_is_a_ghost_whoever_is_silent(make):
    nodes = [
        make.node("m1", "manager"),
        make.node("w1", node_id="now"),
        make.node("w1", node_id="before", state="down"),
    ]
    living = {**make.worker("w1"), "node_id": "now"}
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", living), ("w2", "worker", None)
    )
    assert [ghost["id"] for ghost in plan(hosts).ghosts] == ["before"]


@pytest.mark.parametrize(("address", "ghosts"), [("addr-m1", ["id-m1"]), ("addr-elsewhere", [])])
def test_ghost_that_the_managers_still_take_for_living_is_told_by_its_address(make, address, ghosts):
    """A host that has just been rebuilt: its former self has not missed enough heartbeats yet."""
    nodes = [make.node("m1", "manager", address=address), make.node("m2", "manager"), make.node("m3", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.fresh("m1")),
        ("m2", "manager", make.manager("m2", nodes)),
        ("m3", "manager", make.manager("m3", nodes)),
    )
    assert [ghost["id"] for ghost in plan(hosts).ghosts] == ghosts


def test_node_that_is_down_under_a_name_of_its_own_is_nobodys_ghost(make):
    nodes = [make.node("m1", "manager"), make.node("elsewhere", state="down")]
    assert plan(make.declared(("m1", "manager", make.manager("m1", nodes)))).ghosts == []


@pytest.mark.parametrize("state", ["pending", "error"])
def test_half_joined_host_leaves_and_joins(make, state):
    nodes = [make.node("m1", "manager")]
    half = make.worker("w1", cluster_id=None, state=state, node_id=None)
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", half)))
    assert (found.leave, found.join_workers, found.ghosts) == (["w1"], ["w1"], [])


def test_half_joined_host_that_the_swarm_knows_leaves_no_ghost(make):
    nodes = [make.node("m1", "manager"), make.node("w1", state="unknown")]
    half = make.worker("w1", state="error")
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", half)))
    assert (found.leave, found.join_workers) == (["w1"], ["w1"])
    assert [ghost["id"] for ghost in found.ghosts] == ["id-w1"]


def test_member_that_was_removed_from_the_list_joins_again(make):
    nodes = [make.node("m1", "manager")]
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", make.worker("w1"))))
    assert (found.leave, found.join_workers) == (["w1"], ["w1"])


# -- other clusters ------------------------------------------------------------------------------------


def test_member_of_another_swarm_is_an_error_that_names_both(make):
    nodes = [make.node("m1", "manager")]
    other = make.worker("w1", cluster_id="D", node_id="stranger")
    said = refusal(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", other)))
    assert "cluster C, which m1 manages" in said
    assert "w1 is a worker of cluster D (managers addr-m1:2377)" in said
    assert "swarm_force_leave=true" in said


def test_member_of_another_swarm_is_moved_when_told_to(make):
    nodes = [make.node("m1", "manager")]
    other = make.worker("w1", cluster_id="D", node_id="stranger")
    hosts = make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", other))
    found = plan(hosts, Policy(force_leave=frozenset({"w1"})))
    assert (found.leave, found.join_workers) == (["w1"], ["w1"])


def test_force_leave_does_not_move_a_member_of_the_right_swarm(settled):
    found = plan(settled[1], Policy(force_leave=frozenset({"m1", "m2", "m3", "w1"})))
    assert not found.changes


def test_worker_whose_cluster_cannot_be_told_is_known_by_its_id(make):
    nodes = [make.node("m1", "manager"), make.node("w1")]
    nameless = make.worker("w1", cluster_id=None)
    assert not plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", nameless))).changes


def test_worker_that_nobody_knows_and_that_names_no_cluster_is_a_stranger(make):
    nodes = [make.node("m1", "manager")]
    nameless = make.worker("w1", cluster_id=None, node_id="stranger")
    said = refusal(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", nameless)))
    assert "a cluster that it does not name" in said


def test_two_clusters_are_an_error_that_lists_who_is_where(make):
    here, there = [make.node("m1", "manager")], [make.node("m2", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", here)),
        ("m2", "manager", make.manager("m2", there, cluster_id="D")),
        ("w1", "worker", make.worker("w1", cluster_id="D")),
    )
    said = refusal(hosts)
    assert "2 different clusters" in said
    for who in ("m1: manager of cluster C", "m2: manager of cluster D", "w1: worker of cluster D"):
        assert who in said
    assert "swarm_cluster_id" in said
    assert "2 different clusters" in refusal(hosts, Policy(force_leave=frozenset({"m1", "m2", "w1"})))


def test_named_cluster_is_kept_and_the_other_moved(make):
    here, there = [make.node("m1", "manager")], [make.node("m2", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", here)),
        ("m2", "manager", make.manager("m2", there, cluster_id="D")),
    )
    assert "m1 is a manager of cluster C" in refusal(hosts, Policy(cluster_id="D"))
    found = plan(hosts, Policy(cluster_id="D", force_leave=frozenset({"m1"})))
    assert (found.cluster_id, found.spokesman, found.leave, found.join_managers) == ("D", "m2", ["m1"], ["m1"])


def test_named_cluster_that_nobody_is_in(make):
    nodes = [make.node("m1", "manager")]
    hosts = make.declared(("m1", "manager", make.manager("m1", nodes)))
    assert "no declared host that answered is in it" in refusal(hosts, Policy(cluster_id="X"))


def test_swarm_that_only_workers_know_is_not_abandoned_unasked(make):
    """All managers were rebuilt at once, or the workers are somebody else's."""
    hosts = make.declared(("m1", "manager", make.fresh("m1")), ("w1", "worker", make.worker("w1")))
    said = refusal(hosts)
    assert "w1: worker of cluster C (managers addr-m1:2377)" in said
    assert "swarm_force_leave=true" in said
    found = plan(hosts, Policy(force_leave=frozenset({"w1"})))
    assert (found.found, found.leave, found.join_workers) == ("m1", ["w1"], ["w1"])


def test_declared_managers_cluster_comes_before_a_declared_workers(make):
    here, there = [make.node("m1", "manager")], [make.node("w1", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", here)),
        ("w1", "worker", make.manager("w1", there, cluster_id="D")),
    )
    assert "w1 is a manager of cluster D" in refusal(hosts)


# -- clusters that cannot act --------------------------------------------------------------------------


def test_cluster_without_quorum_is_neither_joined_nor_replaced(make):
    nodes = [make.node("m1", "manager")] + [make.node(name, "manager", state="down") for name in ("m2", "m3")]
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)),
        ("m2", "manager", make.fresh("m2")),
        ("m3", "manager", make.fresh("m3")),
    )
    said = refusal(hosts, Policy(init_without_all_managers=True, force_leave=frozenset({"m1"})))
    assert "cluster C exists" in said
    assert "The swarm does not have a leader" in said
    assert "dockyard.swarm.recover" in said


def test_manager_that_is_only_starting_is_not_taken_for_a_fresh_host(make):
    starting = {**make.worker("m1", state="pending"), "role": "manager"}
    said = refusal(make.declared(("m1", "manager", starting), ("m2", "manager", make.fresh("m2"))))
    assert "cluster C exists" in said
    assert "m1 is pending" in said


def test_locked_manager_is_unlocked_first(make):
    locked = {**make.worker("m1", state="locked"), "role": "manager"}
    assert "m1 is locked" in refusal(make.declared(("m1", "manager", locked)))
