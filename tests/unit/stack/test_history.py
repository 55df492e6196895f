"""Deployments that were kept: written and read back, cut into parts, chosen from, and thrown away."""

from __future__ import annotations

import base64
import random

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    Deployment,
    HistoryError,
    as_configs,
    as_data,
    choose,
    deployments_in,
    surplus,
)


def listed(*deployments, largest=450_000):
    return [
        {"ID": spec["Name"], "Spec": spec}
        for deployment in deployments
        for spec in as_configs(deployment, "shop", largest)
    ]


def kept(number, outcome="succeeded", back_to=None):
    return Deployment(number, f"day {number}", outcome=outcome, back_to=back_to, state={"services": {}})


def test_a_deployment_survives_being_kept():
    one = Deployment(3, "now", "ann", "desk", [{"path": "a.yml", "sha256": "aa"}], state={"services": {"x": {"a": 1}}})
    (config,) = listed(one)
    assert config["Spec"]["Labels"]["com.docker.stack.namespace"] == "shop"
    assert deployments_in([config]) == [one]


def test_a_large_one_is_cut_into_parts_that_engines_take():
    noise = random.Random(1).randbytes(1_500_000)  # what does not compress
    one = Deployment(1, "now", state={"configs": base64.b64encode(noise).decode()})
    configs = listed(one)
    assert len(configs) == 4
    assert all(len(base64.b64decode(item["Spec"]["Data"])) <= 500_000 for item in configs)
    assert len({item["Spec"]["Name"] for item in configs}) == 4
    random.Random(2).shuffle(configs)
    assert deployments_in(configs) == [one]
    assert deployments_in(configs[1:]) == []


def test_names_of_long_stacks_fit_and_differ():
    names = {as_configs(kept(1), f"{'x' * 60}{end}")[0]["Name"] for end in "ab"}
    assert len(names) == 2
    assert all(len(name) <= 64 for name in names)


def test_what_is_no_deployment_is_left_out():
    (broken,) = listed(kept(1))
    broken["Spec"]["Data"] = "bm9uc2Vuc2U="
    assert deployments_in([broken, *listed(kept(2))]) == [kept(2)]


def test_the_newest_stay():
    configs = listed(*(kept(number) for number in range(1, 12)))
    gone = [item["Spec"]["Labels"]["dockyard.swarm.deployment"] for item in surplus(configs, 3)]
    assert gone == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert surplus(configs[:3], 3) == []


def test_failed_ones_push_none_out_that_did_not_fail():
    configs = listed(kept(1), kept(2), *(kept(number, "failed") for number in range(3, 9)))
    assert [item["ID"] for item in surplus(configs, 2)] == [f"shop.deployment.{number}.1" for number in range(3, 8)]
    assert [item["ID"] for item in surplus(configs, 1)] == [
        f"shop.deployment.{number}.1" for number in (1, 3, 4, 5, 6, 7)
    ]


def test_a_failed_one_goes_when_one_follows_that_did_not_fail():
    configs = listed(kept(1), kept(2, "failed"), kept(3))
    assert [item["ID"] for item in surplus(configs, 5)] == ["shop.deployment.2.1"]


def test_none_stays_where_none_is_wanted():
    assert len(surplus(listed(kept(1), kept(2)), 0)) == 2


def test_broken_ones_go():
    configs = listed(kept(1), largest=40)[1:]
    assert surplus(configs, 5) == configs


@pytest.mark.parametrize(
    ("deployments", "number", "interrupted", "chosen"),
    [
        ([kept(1), kept(2)], None, False, 1),
        ([kept(1), kept(2), kept(3, "failed")], None, False, 2),
        ([kept(1), kept(2), kept(3)], None, True, 3),
        ([kept(1), kept(2), kept(3, "failed")], None, True, 2),
        ([kept(1), kept(2), kept(3), kept(4, back_to=2)], None, False, 1),
        ([kept(1), kept(2), kept(3, back_to=1), kept(4)], None, False, 3),
        ([kept(1, "found"), kept(2)], None, False, 1),
        ([kept(1), kept(2), kept(3, "failed")], 3, False, 3),
    ],
)
def test_which_one_is_gone_back_to(deployments, number, interrupted, chosen):
    assert choose(deployments, number, interrupted).number == chosen


@pytest.mark.parametrize(
    ("deployments", "number", "told"),
    [
        ([], None, "no earlier deployment to restore; stored deployments: none"),
        ([kept(7)], None, r"no earlier deployment to restore; stored deployments: 7 \(succeeded, day 7\)"),
        ([kept(7)], 4, "deployment 4 is not stored; stored deployments: 7"),
        ([kept(1), kept(2), kept(3, back_to=1)], None, "no earlier"),
    ],
)
def test_nowhere_to_go(deployments, number, told):
    with pytest.raises(HistoryError, match=told):
        choose(deployments, number, interrupted=False)


def test_what_is_told_of_one_holds_no_specs():
    spec = {"TaskTemplate": {"ContainerSpec": {"Image": "ui:1", "Env": ["PASSWORD=x"]}}}
    told = as_data(Deployment(1, "now", "ann", "desk", state={"services": {"shop_ui": spec}}))
    assert told["images"] == {"shop_ui": "ui:1"}
    assert "PASSWORD" not in str(told)
