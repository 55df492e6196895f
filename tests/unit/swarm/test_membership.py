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
    assert (found.configure, found.stale_nodes, found.warnings) == ([], [], [])
    assert (found.cluster_id, found.current_manager, found.executing_manager) == ("C", "m1", "m1")


def test_order_of_the_inventory_does_not_matter(settled):
    found = plan(list(reversed(settled[1])))
    assert not found.changes
    assert found.cluster_id == "C"


# -- founding ----------------------------------------------------------------------------------------


def test_fresh_hosts_found_once_and_join(make):
    names = [("m1", "manager"), ("m2", "manager"), ("w1", "worker"), ("w2", "worker")]
    found = plan(make.declared(*((name, role, make.fresh(name)) for name, role in names)))
    assert (found.found, found.current_manager, found.executing_manager, found.cluster_id) == ("m1", "m1", "m1", None)
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
    assert found.warnings == ["could not be asked and were not changed: w1"]


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
    assert "declared both in swarm_managers and in swarm_workers: m1" in refusal(hosts)


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
    assert (found.found, found.cluster_id, found.current_manager) == (None, "C", "m1")
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
    assert (found.found, found.join_workers, found.stale_nodes) == (None, ["w1"], [])
    assert found.warnings == ["could not be asked and were not changed: m3"]


def test_manager_outside_of_this_run_speaks_for_the_swarm(make):
    nodes = [make.node("m1", "manager")]
    hosts = [("m1", "manager", make.manager("m1", nodes), {"selected": False}), ("w1", "worker", make.fresh("w1"))]
    found = plan(make.declared(*hosts))
    assert (found.current_manager, found.join_workers) == ("m1", ["w1"])


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
    assert (found.promote, found.demote, found.current_manager, found.executing_manager) == (["d"], ["a"], "b", "b")


def test_only_manager_hands_over_before_it_is_demoted(make):
    """All declared managers are new: the old one, a worker by now, speaks first and is not asked to demote itself."""
    nodes = [make.node("old", "manager")]
    hosts = make.declared(("new", "manager", make.fresh("new")), ("old", "worker", make.manager("old", nodes)))
    found = plan(hosts)
    assert (found.found, found.join_managers, found.demote) == (None, ["new"], ["old"])
    assert (found.current_manager, found.executing_manager) == ("old", "new")


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


# -- rebuilt hosts, half-joined hosts, stale_nodes ----------------------------------------------------------


def test_rebuilt_first_manager_joins_the_old_swarm_and_its_stale_node_goes(make):
    nodes = [make.node("m1", "manager", state="down"), make.node("m2", "manager"), make.node("m3", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.fresh("m1")),
        ("m2", "manager", make.manager("m2", nodes)),
        ("m3", "manager", make.manager("m3", nodes)),
    )
    found = plan(hosts)
    assert (found.found, found.cluster_id, found.current_manager, found.join_managers) == (None, "C", "m2", ["m1"])
    assert found.stale_nodes == [{"id": "id-m1", "hostname": "m1", "role": "manager"}]


def test_stale_node_is_only_reported_when_it_shall_stay(make):
    nodes = [make.node("m1", "manager"), make.node("w1", state="down")]
    hosts = make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", make.fresh("w1")))
    found = plan(hosts, Policy(remove_stale_nodes=False))
    assert found.stale_nodes == []
    assert any("w1 (id-w1)" in warning for warning in found.warnings)


def test_namesake_that_is_down_is_no_stale_node_while_somebody_is_silent(make):
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
    assert plan(hosts).stale_nodes == []


def test_namesake_at_the_same_address_is_a_stale_node_whoever_is_silent(make):
    nodes = [
        make.node("m1", "manager"),
        make.node("w1", node_id="now"),
        make.node("w1", node_id="before", state="down"),
    ]
    living = {**make.worker("w1"), "node_id": "now"}
    hosts = make.declared(
        ("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", living), ("w2", "worker", None)
    )
    assert [stale_node["id"] for stale_node in plan(hosts).stale_nodes] == ["before"]


@pytest.mark.parametrize(("address", "stale_nodes"), [("addr-m1", ["id-m1"]), ("addr-elsewhere", [])])
def test_stale_node_that_the_managers_still_take_for_living_is_told_by_its_address(make, address, stale_nodes):
    """A host that has just been rebuilt: its former self has not missed enough heartbeats yet."""
    nodes = [make.node("m1", "manager", address=address), make.node("m2", "manager"), make.node("m3", "manager")]
    hosts = make.declared(
        ("m1", "manager", make.fresh("m1")),
        ("m2", "manager", make.manager("m2", nodes)),
        ("m3", "manager", make.manager("m3", nodes)),
    )
    assert [stale_node["id"] for stale_node in plan(hosts).stale_nodes] == stale_nodes


def test_node_that_is_down_under_a_name_of_its_own_is_no_stale_node(make):
    nodes = [make.node("m1", "manager"), make.node("elsewhere", state="down")]
    assert plan(make.declared(("m1", "manager", make.manager("m1", nodes)))).stale_nodes == []


@pytest.mark.parametrize("state", ["pending", "error"])
def test_half_joined_host_leaves_and_joins(make, state):
    nodes = [make.node("m1", "manager")]
    half = make.worker("w1", cluster_id=None, state=state, node_id=None)
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", half)))
    assert (found.leave, found.join_workers, found.stale_nodes) == (["w1"], ["w1"], [])


def test_half_joined_host_that_the_swarm_knows_leaves_no_stale_node(make):
    nodes = [make.node("m1", "manager"), make.node("w1", state="unknown")]
    half = make.worker("w1", state="error")
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", half)))
    assert (found.leave, found.join_workers) == (["w1"], ["w1"])
    assert [stale_node["id"] for stale_node in found.stale_nodes] == ["id-w1"]


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
    assert "a cluster of unknown id" in said


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
    assert (found.cluster_id, found.current_manager, found.leave, found.join_managers) == ("D", "m2", ["m1"], ["m1"])


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


# -- one machine twice, one cluster twice ---------------------------------------------------------------


def cloned(make):
    nodes = [make.node("m1", "manager"), make.node("w1")]
    clone = {**make.worker("w1"), "hostname": "w2", "addresses": ["addr-w2"]}
    return make.declared(
        ("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", make.worker("w1")), ("w2", "worker", clone)
    )


@pytest.mark.parametrize("force_leave", [frozenset(), frozenset({"w1", "w2"})])
def test_two_hosts_with_one_node_id_are_an_error_that_names_both(make, force_leave):
    said = refusal(cloned(make), Policy(force_leave=force_leave))
    assert "w1 and w2 have the same node id (id-w1)" in said
    assert "swarm_force_leave=true as a variable of the clone" in said


def test_clone_that_may_leave_joins_as_a_node_of_its_own_and_the_original_stays(make):
    found = plan(cloned(make), Policy(force_leave=frozenset({"w2"})))
    assert (found.leave, found.join_workers, found.stale_nodes) == (["w2"], ["w2"], [])


def test_clone_of_the_only_manager_is_not_taken_for_the_manager(make):
    nodes = [make.node("m1", "manager")]
    clone = {**make.manager("m1", nodes), "hostname": "m2", "addresses": ["addr-m2"]}
    hosts = make.declared(("m2", "manager", clone), ("m1", "manager", make.manager("m1", nodes)))
    found = plan(hosts, Policy(force_leave=frozenset({"m2"})))
    assert (found.current_manager, found.leave, found.join_managers) == ("m1", ["m2"], ["m2"])
    assert found.stale_nodes == []


def split(make):
    """m1 was made a cluster of its own while m2 and m3 lived on."""
    alone = [make.node("m1", "manager")] + [make.node(name, "manager", state="down") for name in ("m2", "m3")]
    for node in alone[1:]:
        node["reachability"] = None
    others = [make.node("m1", "manager", state="down"), make.node("m2", "manager"), make.node("m3", "manager")]
    return make.declared(
        ("m1", "manager", {**make.manager("m1", alone[:1]), "nodes": alone}),
        ("m2", "manager", make.manager("m2", others)),
        ("m3", "manager", make.manager("m3", others)),
        ("w1", "worker", make.fresh("w1")),
    )


@pytest.mark.parametrize("force_leave", [frozenset(), frozenset({"m1", "m2", "m3"}), frozenset({"m2"})])
def test_two_sides_of_a_split_cluster_are_an_error_that_names_both(make, force_leave):
    said = refusal(split(make), Policy(force_leave=force_leave))
    assert "cluster C is split: m1 with the managers m1 at addr-m1; m2 and m3 with the managers m2 at addr-m2" in said
    assert "swarm_force_leave=true" in said


@pytest.mark.parametrize(
    ("ending", "current_manager", "stale_nodes"),
    [({"m1"}, "m2", ["id-m1"]), ({"m2", "m3"}, "m1", ["id-m2", "id-m3"])],
)
def test_side_that_may_end_joins_the_other(make, ending, current_manager, stale_nodes):
    found = plan(split(make), Policy(force_leave=frozenset(ending)))
    assert (found.current_manager, found.join_workers) == (current_manager, ["w1"])
    assert found.leave == found.join_managers == sorted(ending)
    assert [node["id"] for node in found.stale_nodes] == stale_nodes


def test_manager_that_the_others_have_not_heard_of_yet_is_on_their_side(make):
    """It has just come back: it asks the leader already, and the leader still counts it as unreachable."""
    nodes = [make.node(name, "manager") for name in ("m1", "m2")] + [make.node("m3", "manager", state="down")]
    hosts = make.declared(*((name, "manager", make.manager(name, nodes)) for name in ("m1", "m2", "m3")))
    assert not plan(hosts).changes


@pytest.mark.parametrize("state", ["inactive", "settled"])
def test_undeclared_node_of_the_same_hostname_stays_and_is_told(make, state):
    """Default hostnames are shared by many machines: what is down elsewhere may be somebody's."""
    nodes = [
        make.node("m1", "manager"),
        make.node("debian", node_id="now", address="addr-w1"),
        make.node("debian", node_id="undeclared", address="10.9.9.9", state="down"),
    ]
    here = {"inactive": make.fresh("debian"), "settled": {**make.worker("debian"), "node_id": "now"}}[state]
    here = {**here, "addresses": ["addr-w1"]}
    found = plan(make.declared(("m1", "manager", make.manager("m1", nodes)), ("w1", "worker", here)))
    assert "undeclared" not in [node["id"] for node in found.stale_nodes]
    (said,) = [warning for warning in found.warnings if "10.9.9.9" in warning]
    assert "node debian (undeclared) at 10.9.9.9 is down and has the hostname of w1" in said
