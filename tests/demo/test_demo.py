"""What the README promises, on three hosts that were bare a moment ago. How hosts are made: tests/gce_demo."""

from __future__ import annotations

import re
import time

import requests
import yaml

from tests.demo.conftest import Bare, Demo

COMPOSE = "stacks/demo/compose.yml"


def test_answers_from_two_replicas_on_two_hosts(demo: Demo) -> None:
    seen = {tuple(sorted(requests.get(f"{demo.url}whoami", timeout=5).json().items())) for _ in range(10)}
    assert len({dict(answer)["host"] for answer in seen}) >= 2
    assert len({dict(answer)["node"] for answer in seen}) >= 2


def test_a_post_written_through_one_replica_is_read_through_another(demo: Demo) -> None:
    title = f"written at {time.time()}"
    written = requests.post(f"{demo.url}posts", data={"title": title}, timeout=5, allow_redirects=False)
    assert written.status_code == 303
    writer = written.headers["X-Served-By"]
    readers = {}
    for _ in range(10):
        answer = requests.get(demo.url, timeout=5)
        readers[answer.headers["X-Served-By"]] = title in answer.text
    assert set(readers) - {writer}, "every answer came from the replica that wrote"
    assert all(readers.values())


def test_first_run_prints_no_join_token(demo: Demo) -> None:
    assert re.search(r"^(w1|w2)\s+: ok=\d+\s+changed=[1-9]", demo.first_run.output, re.M), "workers joined nothing"
    assert "SWMTKN" not in demo.first_run.output


def test_first_run_prints_no_password(demo: Demo) -> None:
    password = (demo.checkout.folder / ".sandbox" / demo.checkout.sandbox / "db_password").read_text().strip()
    assert password not in demo.first_run.output


def test_first_run_ends_with_a_table_of_what_runs_where(demo: Demo) -> None:
    page = demo.first_run.output[demo.first_run.output.rindex("PLAY [") :]
    for word in ("m1", "w1", "w2", "gate", "ui", "post", "db", "2/2", "3/3"):
        assert word in page, f"{word!r} is not in the closing table:\n{page}"


def test_the_plan_of_the_check_is_what_the_run_did(bare: Bare, demo: Demo) -> None:
    planned, done = bare.page, (demo.checkout.folder / "done.md").read_text()
    assert done.splitlines()[0] == planned.splitlines()[0]
    assert "This was carried out." in done
    # Of the fields the run knows more: digests of images, say, which nobody could look up before there was an engine.
    assert _headings(done) == _headings(planned)


def _headings(page: str) -> list[str]:
    """What happens to what, without the fields."""
    return [line for line in page.splitlines() if line.startswith(("#", "**"))]


def test_again_changes_nothing(demo: Demo) -> None:
    before = demo.engine("/services")
    again = demo.checkout.make("demo-static")
    assert again.status == 0, again.output[-4000:]
    assert set(again.changed) >= {"m1", "w1", "w2"}
    assert not any(again.changed.values()), again.output[-6000:]
    assert _versions(before) == _versions(demo.engine("/services"))


def test_check_with_diff_predicts_no_change(demo: Demo) -> None:
    predicted = demo.checkout.playbook("site.yml", "--check", "--diff")
    assert predicted.status == 0, predicted.output[-4000:]
    assert set(predicted.changed) >= {"m1", "w1", "w2"}
    assert not any(predicted.changed.values()), predicted.output[-6000:]


def test_check_shows_exactly_the_edited_field_and_touches_nothing(demo: Demo) -> None:
    path = demo.checkout.folder / COMPOSE
    original = path.read_text()
    before = demo.engine("/services")
    edited = original.replace("replicas: 2\n", "replicas: 3\n", 1)
    assert edited != original
    path.write_text(edited)
    try:
        predicted = demo.checkout.playbook("site.yml", "--check", "--diff", "-e", "swarm_plan_file=edited.md")
    finally:
        path.write_text(original)
    assert predicted.status == 0, predicted.output[-4000:]
    assert sum(predicted.changed.values()) == 1, predicted.output[-6000:]
    fields = [line.split() for line in predicted.output.splitlines() if "→" in line]
    assert fields == [["deploy.replicas", "2", "→", "3"]], predicted.output[-6000:]
    assert "stack demo: 1 to update" in predicted.output
    page = (demo.checkout.folder / "edited.md").read_text()
    assert page.startswith("# Plan: stack demo: 1 to update, 7 unchanged\n")
    assert "| `deploy.replicas` | 2 → 3 |" in page
    assert _versions(before) == _versions(demo.engine("/services"))


def test_ui_cannot_reach_the_database_and_post_can(demo: Demo) -> None:
    for service, reaches in (("ui", False), ("post", True)):
        host, container = _container(demo, service)
        probe = (
            "import socket, sys\n"
            "try: socket.create_connection(('post_db', 6379), 3)\n"
            "except OSError as error: sys.exit(f'no way: {error}')\n"
        )
        status, output = demo.on_host(host, "docker", "exec", container, "python3", "-c", probe)
        assert (status == 0) is reaches, f"{service}: {output}"
        if not reaches:
            assert "no way" in output
    # Nor by address, past the name service.
    _, networks = demo.on_host(
        "m1", "docker", "service", "inspect", "demo_ui", "--format", "{{json .Spec.TaskTemplate}}"
    )
    back = next(net["Id"] for net in demo.engine("/networks") if net["Name"] == "demo_back")
    assert back not in networks


def test_bad_compose_files_create_nothing(demo: Demo) -> None:
    cases = {
        "unknown key": ({"services": {"a": {"image": "x:1", "imagee": "y"}}}, r"imagee"),
        "required variable": (
            {"services": {"a": {"image": "${NOT_SET_ANYWHERE:?say which image}"}}},
            r"say which image",
        ),
        "missing file": (
            {
                "services": {"a": {"image": "x:1", "configs": ["c"]}},
                "configs": {"c": {"file": "./not-there.cfg"}},
            },
            r"not-there\.cfg",
        ),
    }
    before = demo.objects()
    for what, (content, message) in cases.items():
        run = _deploy(demo, "bad", content)
        assert run.status != 0, f"{what}: accepted"
        assert re.search(message, run.output), f"{what}: {run.output[-2000:]}"
        assert "Traceback" not in run.output
        assert demo.objects() == before, what


def test_an_image_that_cannot_be_pulled_fails_in_the_engines_words(demo: Demo) -> None:
    content = {"services": {"a": {"image": "registry:5000/demo/none:1"}}}
    run = _deploy(demo, "unpullable", content, wait_timeout=40, resolve_image="never")
    try:
        assert run.status != 0
        assert re.search(r"No such image|not found|manifest unknown", run.output), run.output[-3000:]
    finally:
        removed = _deploy(demo, "unpullable", content, state="absent")
    assert removed.status == 0, removed.output[-3000:]
    assert not [name for name in demo.objects()["services"] if name.startswith("unpullable")]


def test_the_built_artifact_works_outside_the_checkout(demo: Demo, tmp_path) -> None:
    built = demo.checkout.make("build")
    assert built.status == 0, built.output
    (artifact,) = (demo.checkout.folder / "build").glob("dockyard-swarm-*.tar.gz")
    galaxy = str(demo.checkout.venv / "bin" / "ansible-galaxy")
    config = tmp_path / "ansible.cfg"
    config.write_text(f"[defaults]\ncollections_path = {tmp_path}\n[ssh_connection]\npipelining = True\n")
    # Under the checkout's own configuration it counts as installed already.
    elsewhere = {"ANSIBLE_CONFIG": str(config)}
    installed = demo.checkout.run(galaxy, "collection", "install", str(artifact), "--offline", **elsewhere)
    assert (tmp_path / "ansible_collections" / "dockyard" / "swarm" / "MANIFEST.json").exists(), installed.output
    run = demo.checkout.playbook("dockyard.swarm.site", "--check", **elsewhere)
    assert run.status == 0, run.output[-4000:]
    assert set(run.changed) >= {"m1", "w1", "w2"}
    assert not any(run.changed.values()), run.output[-4000:]


def test_down_removes_its_own_and_nothing_else(demo: Demo) -> None:
    """Runs last: the demo is gone afterwards."""
    stranger = demo.client.containers.create("dockyard-debian:trixie", "true", name="dockyard-test-bystander")
    try:
        down = demo.checkout.make("demo-down", KEEP_IMAGES="1")
        assert down.status == 0, down.output
        stranger.reload()
        label = {"label": f"dockyard.sandbox={demo.checkout.sandbox}"}
        assert not demo.client.containers.list(all=True, filters=label)
        assert not demo.client.networks.list(filters=label)
        assert not (demo.checkout.folder / "inventory" / "sandbox" / "hosts.yml").exists()
        assert not (demo.checkout.folder / ".sandbox" / demo.checkout.sandbox).exists()
    finally:
        stranger.remove(force=True)


def _versions(services: list[dict]) -> dict[str, int]:
    return {service["Spec"]["Name"]: service["Version"]["Index"] for service in services}


def _container(demo: Demo, service: str) -> tuple[str, str]:
    nodes = {node["ID"]: node["Description"]["Hostname"] for node in demo.engine("/nodes")}
    tasks = demo.engine("/tasks")
    ids = {item["ID"]: item["Spec"]["Name"] for item in demo.engine("/services")}
    task = next(
        task
        for task in tasks
        if ids.get(task["ServiceID"]) == f"demo_{service}" and task["Status"]["State"] == "running"
    )
    return nodes[task["NodeID"]], task["Status"]["ContainerStatus"]["ContainerID"]


def _deploy(demo: Demo, name: str, content: dict, **options: object):
    folder = demo.checkout.folder / "build" / name
    folder.mkdir(parents=True, exist_ok=True)
    compose = folder / "compose.yml"
    compose.write_text(yaml.safe_dump(content))
    play = [
        {
            "name": "Deploy",
            "hosts": "swarm_managers",
            "gather_facts": False,
            "tasks": [
                {"name": "Deploy", "dockyard.swarm.stack": {"name": name, "files": [str(compose)], **options}},
            ],
        }
    ]
    (folder / "play.yml").write_text(yaml.safe_dump(play))
    return demo.checkout.playbook(str(folder / "play.yml"))
