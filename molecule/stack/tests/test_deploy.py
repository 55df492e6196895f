"""What runs after a deploy, asked of the engines."""

from __future__ import annotations


def test_the_role_has_deployed_the_shop(engine):
    assert len(engine.running("shop_ui")) == 2
    assert {task["NodeID"] for task in engine.running("shop_agent")} == {node["ID"] for node in engine.get("/nodes")}


def test_a_job_has_completed(engine):
    states = [task["Status"]["State"] for task in engine.get("/tasks", service="shop_migrate")]
    assert states == ["complete"]


def test_objects_carry_the_stacks_label(engine):
    there = engine.of_stack("shop")
    assert sorted(item["Spec"]["Name"] for item in there["services"]) == ["shop_agent", "shop_migrate", "shop_ui"]
    assert [item["Name"] for item in there["networks"]] == ["shop_front"]
    assert [item["Spec"]["Name"] for item in there["configs"]] == ["shop_settings"]
    assert [item["Spec"]["Name"] for item in there["secrets"]] == ["shop_api_key"]


def test_images_are_pinned_to_the_registrys_digest(engine):
    image = engine.service("shop_ui")["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]
    assert image.startswith("registry:5000/box:1@sha256:")


def test_containers_see_config_and_secret(host):
    assert _in_container(host, "shop", "/etc/settings") == "theme = light"
    assert _in_container(host, "shop", "/run/secrets/api_key") == "not-a-real-key-1"


def test_stack_info_tells_the_same(host, engine):
    info = host.ansible("dockyard.swarm.stack_info", "name=shop")
    assert "shop" in info["stacks"]
    services = {item["name"]: (item["running"], item["desired"], item["converged"]) for item in info["services"]}
    nodes = len(engine.get("/nodes"))
    assert services == {
        "shop_agent": (nodes, nodes, True),
        "shop_migrate": (1, 1, True),
        "shop_ui": (2, 2, True),
    }
    assert [item["name"] for item in info["networks"]] == ["shop_front"]
    assert info["orphaned"] == {"networks": [], "configs": [], "secrets": []}


# -- one stack's life; each test goes on where the one before ended ----------------------------------


def test_check_apply_again_check_again(engine, story):
    before = engine.everything()
    assert story.deploy(check=True)["changed"]
    assert engine.everything() == before
    assert story.deploy()["changed"]
    there = engine.everything()
    assert not story.deploy()["changed"]
    assert not story.deploy(check=True)["changed"]
    assert engine.everything() == there


def test_the_plan_shows_exactly_the_edited_field_and_changes_nothing(engine, story):
    before = engine.everything()
    written = story.folder / "plan.md"
    result = story.deploy(check=True, environment={"REPLICAS": 5}, plan_file=str(written))
    assert "| `deploy.replicas` | 2 → 5 |" in written.read_text().splitlines()
    (step,) = result["plan"]["steps"]
    assert (step["kind"], step["short"], step["action"]) == ("service", "ui", "update")
    assert step["differences"] == [{"key": "deploy.replicas", "before": 2, "after": 5}]
    (shown,) = result["diff"]
    assert shown["prepared"].splitlines() == [
        f"stack {story.name}: 1 to update, 5 unchanged",
        "~ service ui",
        "    deploy.replicas  2 → 5",
    ]
    assert engine.everything() == before


def test_only_what_differs_is_updated(engine, story):
    before = engine.service(f"{story.name}_agent")["Version"]["Index"]
    jobs = {task["ID"] for task in engine.get("/tasks", service=f"{story.name}_migrate")}
    story.edit("LOG: info", "LOG: debug")
    assert story.deploy()["changed"]
    agent = engine.service(f"{story.name}_agent")
    assert agent["Version"]["Index"] == before
    assert "PreviousSpec" not in agent
    assert {task["ID"] for task in engine.get("/tasks", service=f"{story.name}_migrate")} == jobs


def test_a_hand_made_change_is_seen_and_undone(host, engine, story):
    host.check_output(f"docker service update --detach --limit-memory 64M {story.name}_ui")
    (step,) = story.deploy()["plan"]["steps"]
    assert step["differences"] == [{"key": "deploy.resources.limits.memory", "before": "64M", "after": None}]
    assert not engine.service(f"{story.name}_ui")["Spec"]["TaskTemplate"]["Resources"].get("Limits")


def test_changed_secrets_and_configs_are_made_anew_and_the_old_ones_removed(host, engine, story):
    (story.folder / "api_key").write_text("not-a-real-key-2\n")
    (story.folder / "settings.conf").write_text("theme = dark\n")
    shown = story.deploy()["diff"][0]["prepared"]
    assert "    secrets.api_key   rotated" in shown.splitlines()
    there = engine.of_stack(story.name)
    assert [item["Spec"]["Name"] for item in there["secrets"]] == [f"{story.name}_api_key.2"]
    assert [item["Spec"]["Name"] for item in there["configs"]] == [f"{story.name}_settings.2"]
    assert _in_container(host, story.name, "/etc/settings") == "theme = dark"
    assert _in_container(host, story.name, "/run/secrets/api_key") == "not-a-real-key-2"
    assert not story.deploy()["changed"]


def test_prune_removes_what_the_file_no_longer_has(engine, story):
    text = story.compose.read_text()
    start, end = text.index("  migrate:"), text.index("networks:\n  front:")
    story.compose.write_text(text[:start] + text[end:])
    assert not story.deploy()["changed"]
    assert story.deploy(prune=True)["changed"]
    names = sorted(item["Spec"]["Name"] for item in engine.of_stack(story.name)["services"])
    assert names == [f"{story.name}_agent", f"{story.name}_ui"]


def test_absent_takes_no_other_stack_whose_name_begins_the_same(host, engine, story):
    host.ansible("dockyard.swarm.stack", f"name={story.name[:-1]} state=absent", check=False)
    assert len(engine.of_stack(story.name)["services"]) == 2


def test_absent_leaves_nothing(engine, story):
    before = engine.everything()
    assert story.deploy(check=True, state="absent")["changed"]
    assert engine.everything() == before
    assert story.deploy(state="absent")["changed"]
    assert engine.all_of_stack(story.name) == {
        "services": [],
        "networks": [],
        "configs": [],
        "secrets": [],
        "tasks": [],
    }
    assert not story.deploy(state="absent")["changed"]


def test_a_stack_removed_and_deployed_again_at_once_runs(engine, story):
    assert story.deploy()["changed"]
    assert len(engine.running(f"{story.name}_ui")) == 2


def _in_container(host, stack, path):
    """A file as the agent's container on the manager sees it."""
    container = host.check_output(f"docker ps -q --filter label=com.docker.swarm.service.name={stack}_agent")
    return host.check_output(f"docker exec {container} cat {path}")
