"""What waits for what: groups of services, conditions, and orders that cannot be kept."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import (
    Order,
    OrderError,
    order_of,
    starting,
)

SHOP = {
    "shop_ui": {"shop_api": "service_started"},
    "shop_api": {"shop_migrate": "service_completed_successfully", "shop_db": "service_healthy"},
    "shop_migrate": {"shop_db": "service_healthy"},
}
JOB = {"Mode": {"ReplicatedJob": {}}}
SERVICE = {"Mode": {"Replicated": {}}}


def test_each_group_depends_on_earlier_ones_only():
    waves = Order(SHOP).waves(["shop_ui", "shop_api", "shop_migrate", "shop_db", "shop_log"])
    assert waves == [["shop_db", "shop_log"], ["shop_migrate"], ["shop_api"], ["shop_ui"]]


def test_services_that_do_not_change_leave_no_empty_group():
    assert Order(SHOP).waves(["shop_ui", "shop_db"]) == [["shop_db"], ["shop_ui"]]


def test_without_an_order_all_go_at_once():
    assert Order().waves(["b", "a"]) == [["a", "b"]]
    assert Order().waves([]) == []


def test_the_strictest_condition_counts():
    order = Order({"a": {"db": "service_started"}, "b": {"db": "service_healthy"}})
    assert order.conditions(["a"]) == {"db": "service_started"}
    assert order.conditions(["a", "b"]) == {"db": "service_healthy"}


def test_those_that_need_only_have_started():
    assert starting({"a": "service_started", "b": "service_healthy"}) == {"a"}


def test_the_files_names_become_full_names():
    order = order_of("shop", {"ui": {"db": "service_started"}}, {"shop_ui": SERVICE, "shop_db": SERVICE})
    assert order.depends_on == {"shop_ui": {"shop_db": "service_started"}}


def test_what_the_files_do_not_have_is_not_waited_for():
    order = order_of("shop", {"ui": {"gone": "service_started"}, "x": {"ui": "service_started"}}, {"shop_ui": SERVICE})
    assert order.depends_on == {"shop_ui": {}}


@pytest.mark.parametrize(
    ("depends_on", "shown"),
    [
        ({"a": {"b": ""}, "b": {"c": ""}, "c": {"a": ""}}, "a -> b -> c -> a"),
        ({"a": {"a": ""}}, "a -> a"),
        ({"a": {"b": ""}, "b": {"c": ""}, "c": {"b": ""}}, "b -> c -> b"),
    ],
)
def test_a_cycle_is_an_error_that_shows_it(depends_on, shown):
    with pytest.raises(OrderError, match=f"wait for each other: {shown};"):
        order_of("shop", depends_on, {f"shop_{name}": SERVICE for name in "abc"})


def test_two_ways_to_the_same_service_are_no_cycle():
    depends_on = {"a": {"b": "service_started", "c": "service_started"}, "b": {"c": "service_started"}}
    assert order_of("shop", depends_on, {f"shop_{name}": SERVICE for name in "abc"}).waves(
        ["shop_a", "shop_b", "shop_c"]
    ) == [["shop_c"], ["shop_b"], ["shop_a"]]


def test_only_a_job_can_be_waited_for_to_complete():
    depends_on = {"api": {"migrate": "service_completed_successfully"}}
    assert order_of("shop", depends_on, {"shop_api": SERVICE, "shop_migrate": JOB})
    with pytest.raises(OrderError, match="api waits for migrate to complete, which never ends"):
        order_of("shop", depends_on, {"shop_api": SERVICE, "shop_migrate": SERVICE})
