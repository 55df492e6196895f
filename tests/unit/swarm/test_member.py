"""What one engine has to do to be, or not to be, a member."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.engine_plan import (
    MemberError,
    Wanted,
    after_steps,
    init_request,
    join_request,
    member_steps,
    recover_request,
)

OPTIONS = {
    "listen_addr": "0.0.0.0:2377",
    "advertise_addr": None,
    "data_path_addr": None,
    "data_path_port": None,
    "default_addr_pool": None,
    "subnet_size": None,
    "availability": None,
    "join_token": "token",
    "join_addresses": ["m1:2377"],
}


def test_fresh_host_founds_or_joins(make):
    assert member_steps(Wanted(init=True, role="manager"), make.fresh("m1")) == ["init"]
    assert member_steps(Wanted(join=True), make.fresh("w1")) == ["join"]


def test_fresh_host_without_a_way_in(make):
    with pytest.raises(MemberError, match="join_token and join_addresses"):
        member_steps(Wanted(), make.fresh("w1"))


@pytest.mark.parametrize("cluster_id", [None, "C"])
def test_member_stays(make, cluster_id):
    wanted = Wanted(join=True, cluster_id=cluster_id, force_leave=True)
    assert member_steps(wanted, make.worker("w1")) == []


def test_founder_stays(make):
    nodes = [make.node("m1", "manager")]
    assert member_steps(Wanted(init=True, role="manager"), make.manager("m1", nodes)) == []


def test_member_of_another_cluster_moves_only_when_told_to(make):
    with pytest.raises(MemberError, match="worker of cluster C, not of D"):
        member_steps(Wanted(join=True, cluster_id="D"), make.worker("w1"))
    assert member_steps(Wanted(join=True, cluster_id="D", force_leave=True), make.worker("w1")) == ["leave", "join"]


@pytest.mark.parametrize("state", ["pending", "error"])
def test_half_way_member_starts_again_only_when_told_to(make, state):
    half = make.worker("w1", state=state, cluster_id=None, error="remote CA does not match")
    with pytest.raises(MemberError, match=f"state {state}: remote CA does not match"):
        member_steps(Wanted(join=True, cluster_id="C"), half)
    assert member_steps(Wanted(join=True, cluster_id="C", force_leave=True), half) == ["leave", "join"]


def test_role_is_not_this_modules_to_change(make):
    with pytest.raises(MemberError, match=r"dockyard\.swarm\.node"):
        member_steps(Wanted(join=True, role="manager"), make.worker("w1"))


@pytest.mark.parametrize("state", ["present", "absent"])
def test_locked_manager_is_unlocked_first(make, state):
    with pytest.raises(MemberError, match="unlock"):
        member_steps(Wanted(state=state, join=True), make.worker("m1", state="locked"))


def test_worker_leaves(make):
    assert member_steps(Wanted(state="absent"), make.worker("w1")) == ["leave"]


def test_half_way_member_leaves(make):
    assert member_steps(Wanted(state="absent"), make.worker("w1", state="error", cluster_id=None)) == ["leave"]


def test_host_in_no_swarm_has_left(make):
    assert member_steps(Wanted(state="absent", force_leave=True), make.fresh("w1")) == []


def test_manager_is_demoted_before_it_leaves(make):
    nodes = [make.node(name, "manager") for name in ("m1", "m2", "m3")]
    assert member_steps(Wanted(state="absent"), make.manager("m1", nodes)) == ["demote", "leave"]


def test_manager_whose_leaving_costs_the_quorum_stays(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager"), make.node("m3", "manager", state="down")]
    with pytest.raises(MemberError, match="2 of 3 managers reachable"):
        member_steps(Wanted(state="absent"), make.manager("m1", nodes))


def test_last_manager_leaves_only_when_told_to(make):
    nodes = [make.node("m1", "manager")]
    with pytest.raises(MemberError, match="last manager"):
        member_steps(Wanted(state="absent"), make.manager("m1", nodes))
    assert member_steps(Wanted(state="absent", force_leave=True), make.manager("m1", nodes)) == ["leave"]


def test_manager_without_quorum_leaves_only_when_told_to(make):
    nodes = [make.node("m1", "manager"), make.node("m2", "manager", state="down")]
    with pytest.raises(MemberError, match="does not have a leader"):
        member_steps(Wanted(state="absent"), make.manager("m1", nodes))


def test_prediction_tells_what_will_be(make):
    before = make.fresh("w1")
    after = after_steps(Wanted(role="worker", cluster_id="C", join=True), before, ["join"])
    assert (after["state"], after["role"], after["cluster_id"]) == ("active", "worker", "C")
    gone = after_steps(Wanted(state="absent"), make.worker("w1"), ["leave"])
    assert (gone["state"], gone["role"], gone["cluster_id"]) == ("inactive", None, None)
    assert after_steps(Wanted(join=True), make.worker("w1"), []) == make.worker("w1")


def test_requests_carry_only_what_is_named():
    assert init_request(OPTIONS) == {"ListenAddr": "0.0.0.0:2377", "Spec": {}}
    assert join_request(OPTIONS) == {
        "ListenAddr": "0.0.0.0:2377",
        "JoinToken": "token",
        "RemoteAddrs": ["m1:2377"],
    }


def test_everything_named_is_carried():
    named = {
        **OPTIONS,
        "advertise_addr": "10.0.0.1",
        "data_path_addr": "10.1.0.1",
        "data_path_port": 7789,
        "default_addr_pool": ["10.200.0.0/16"],
        "subnet_size": 26,
        "availability": "drain",
    }
    assert init_request(named) == {
        "ListenAddr": "0.0.0.0:2377",
        "AdvertiseAddr": "10.0.0.1",
        "DataPathAddr": "10.1.0.1",
        "DataPathPort": 7789,
        "DefaultAddrPool": ["10.200.0.0/16"],
        "SubnetSize": 26,
        "Availability": "drain",
        "Spec": {},
    }
    assert join_request(named)["Availability"] == "drain"


def test_a_pool_never_goes_without_the_size_of_its_parts():
    pool = {**OPTIONS, "default_addr_pool": ["10.200.0.0/16"]}
    assert init_request(pool)["SubnetSize"] == 24
    assert "SubnetSize" not in init_request(OPTIONS)


def test_manager_recovers_a_cluster_only_when_it_has_lost_its_quorum(make):
    wanted = Wanted(role="manager", force_new_cluster=True)
    alone = [make.node("m1", "manager"), make.node("m2", "manager", state="down")]
    assert member_steps(wanted, make.manager("m1", alone)) == ["recover"]
    assert member_steps(wanted, make.manager("m1", [make.node("m1", "manager")])) == []


def test_manager_does_not_stop_for_a_recovery_that_its_engine_cannot_do(make):
    alone = [make.node("m1", "manager"), make.node("m2", "manager", state="down")]
    with pytest.raises(MemberError, match="encrypted"):
        member_steps(Wanted(force_new_cluster=True), make.manager("m1", alone, encrypted=True))
    single = make.manager("m1", [make.node("m1", "manager")], encrypted=True)
    assert member_steps(Wanted(force_new_cluster=True), single) == []


def test_worker_cannot_recover_a_cluster(make):
    with pytest.raises(MemberError, match="not a manager"):
        member_steps(Wanted(force_new_cluster=True), make.worker("w1"))


def test_recovering_manager_keeps_its_address():
    request = recover_request(OPTIONS, {"node_address": "10.0.0.1"})
    assert (request["AdvertiseAddr"], request["ForceNewCluster"]) == ("10.0.0.1", True)
    assert recover_request({**OPTIONS, "advertise_addr": "eth1"}, {"node_address": "x"})["AdvertiseAddr"] == "eth1"


def test_only_a_locked_manager_is_unlocked(make):
    assert member_steps(Wanted(unlock=True), make.worker("m1", state="locked")) == ["unlock"]
    assert member_steps(Wanted(unlock=True), make.worker("m1")) == []
    assert member_steps(Wanted(unlock=True), make.fresh("m1")) == []
