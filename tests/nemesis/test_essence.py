"""The essence of the nemesis: each fault once, on purpose, on three managers; then the checker's word on all of it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

from tests.nemesis.__main__ import Recorder, Watcher, finish
from tests.nemesis.bed import MANAGERS, MARK, ROOT, Bed
from tests.nemesis.checker import problems
from tests.nemesis.load import Controller

STACK = "alpha"


def document(run, *names, image="box:1", broken=()):
    """A stack's file with these services, which carry the run's mark."""
    deploy = {
        "endpoint_mode": "dnsrr",
        "update_config": {"parallelism": 0, "monitor": "1s"},
        "restart_policy": {"delay": "1s"},
    }
    services = {
        name: {
            "image": image,
            "environment": {MARK: run},
            "configs": ["settings"],
            "stop_grace_period": "1s",
            "deploy": deploy,
        }
        for name in names
    }
    for name in broken:
        # It runs, but is never healthy: a deploy waits for it until its time is over.
        services[name]["healthcheck"] = {"test": ["CMD", "false"], "interval": "1s", "start_period": "600s"}
    return {"services": services, "configs": {"settings": {"file": "./settings"}}}


class Play:
    """The bed, the record of all that happens, and two controllers."""

    def __init__(self, bed, folder):
        self.bed = bed
        self.folder = folder
        self.record = Recorder(folder / "history.jsonl")
        self.a, self.b = (Controller(name, bed, self.record, 1, folder) for name in ("a", "b"))

    def begin(self, controller, manager, *names, broken=(), **options):
        """Begin a deploy; returns a function that waits for its end and gives outcome and message."""
        answers = []
        written = document(f"{controller.name}-{controller.count + 1}", *names, broken=broken)
        run = threading.Thread(
            target=lambda: answers.append(controller.deploy(STACK, manager, document=written, **options))
        )
        run.start()

        def ended(seconds=180):
            run.join(seconds)
            assert answers, "the run did not end"
            return answers[0]

        return ended

    def state(self, manager="m2"):
        stacks = self.bed.sample(manager)["stacks"]
        return stacks.get(STACK, {"lock": None, "services": {}})

    def marks(self, manager="m2"):
        return {name: service["run"] for name, service in self.state(manager)["services"].items()}

    def until_marked(self, run, manager="m2"):
        """Wait until a run holds the lock and has changed a service."""
        self.bed.until(lambda: run in self.marks(manager).values() and self.state(manager)["lock"], 60)


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    bed = Bed("faults", managers=MANAGERS, workers=())
    folder = tmp_path_factory.mktemp("faults")
    try:
        bed.up()
        found = Play(bed, folder)
        watcher = Watcher(bed, found.record)
        watcher.start()
        assert found.begin(found.a, "m1", "web")()[0] == "ok"
        yield found
        watcher.ending.set()
    finally:
        bed.down()


def test_a_module_that_was_stopped_past_its_locks_life_does_not_roll_back_what_another_deployed(play):
    before = play.marks()
    first = play.begin(play.a, "m1", "web", broken=["web"], on_failure="rollback", wait_timeout=25)
    play.until_marked("a-2")
    pids = play.bed.modules("m1")
    play.bed.on("m1", f"kill -STOP {' '.join(pids)}")
    try:
        outcome, message = play.begin(play.b, "m2", "web", "his")()
        assert outcome == "ok", message
    finally:
        play.bed.on("m1", f"kill -CONT {' '.join(pids)}")
    outcome, message = first()
    assert before == {"web": "a-1"}
    assert play.marks() == {"web": "b-1", "his": "b-1"}
    assert outcome == "failed"
    assert "lost the lock of stack alpha" in message
    assert "removed nothing" in message
    assert "updated service alpha_web" in message


def test_a_manager_whose_engine_hangs_does_not_undo_what_was_deployed_by_another(play):
    first = play.begin(play.a, "m1", "web", broken=["web"], on_failure="rollback", wait_timeout=25)
    play.until_marked("a-3")
    play.bed.stop_engine("m1")
    try:
        outcome, message = play.begin(play.b, "m2", "web", "more")()
        assert outcome == "ok", message
    finally:
        play.bed.continue_engine("m1")
    assert first()[0] in ("failed", "unknown")
    assert play.marks() == {"web": "b-2", "more": "b-2"}


def test_a_manager_that_is_cut_off_deploys_nothing_and_the_others_do(play):
    play.bed.until(lambda: len(play.bed.answering()) == 3, 90)
    play.bed.partition("m3")
    try:
        cut_off = play.begin(play.a, "m3", "web", "cutoff", wait_timeout=20, lock_timeout=5)
        outcome, message = play.begin(play.b, "m2", "web")()
        assert outcome == "ok", message
        assert cut_off()[0] != "ok"
    finally:
        play.bed.heal_network("m3")
    play.bed.until(lambda: play.bed.try_on("m3", "timeout 5 docker node ls >/dev/null"), 90)
    assert play.marks("m3") == {"web": "b-3"}


def test_after_a_controller_was_killed_the_next_run_completes(play):
    first = play.begin(play.a, "m1", "web", "killed", broken=["web"], wait_timeout=15)
    play.until_marked("a-5")
    play.a.kill()
    assert first()[0] == "unknown"
    outcome, message = play.begin(play.b, "m2", "web")()
    assert outcome == "ok", message
    assert play.marks() == {"web": "b-4"}


def test_the_checker_finds_nothing_wrong_with_all_of_this(play):
    finish(play.bed, play.record, 1, play.folder, stacks=[STACK])
    assert problems(play.record.events) == []


# -- secrets ------------------------------------------------------------------------------------------

PLANTED = {
    "vaulted env_file": "planted-env-file-1",
    "vaulted variable in a vaulted file": "planted-variable-2",
    "variable encrypted for itself": "planted-inline-3",
    "name that says so": "planted-by-name-4",
    "password in a URL": "planted-in-url-5",
    "option of a command": "planted-option-6",
    "label": "planted-label-7",
    "vaulted config": "planted-config-8",
}

_PLAYBOOK = """
- hosts: m1
  gather_facts: false
  vars_files: [vault.yml]
  vars:
    inline: {inline}
  tasks:
    - dockyard.swarm.stack:
        name: secrets
        files: [compose.yml]
        resolve_image: never
        plan_file: "{{{{ playbook_dir }}}}/plan-{{{{ item }}}}.json"
        environment:
          FROM_FILE: "x{{{{ word }}}}"
          INLINE: "{{{{ inline }}}}"
          NUMBER: "{{{{ item }}}}"
      loop: [1, 2]
    - dockyard.swarm.stack:
        name: secrets
        state: rolled_back
    - dockyard.swarm.stack:
        name: secrets
        files: [compose.yml]
        resolve_image: never
        wait_timeout: 8
        plan_file: "{{{{ playbook_dir }}}}/plan-broken.md"
        environment: {{FROM_FILE: "x{{{{ word }}}}", INLINE: "{{{{ inline }}}}", NUMBER: "3", IMAGE: none}}
      register: broken
      failed_when: broken is not failed
    - dockyard.swarm.stack_info:
        name: secrets
    - dockyard.swarm.stack:
        name: secrets
        state: absent
"""


def _secret_files(folder):
    """A project whose services hold each planted secret, and a playbook that deploys it."""
    ansible_vault = Path(sys.executable).parent / "ansible-vault"
    password = folder / "password"
    password.write_text("pw\n")

    def vault(*arguments, **options):
        command = [ansible_vault, *arguments, "--vault-password-file", str(password)]
        return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout

    deploy = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "1s"}}
    service = {
        "image": "box:${IMAGE-1}",
        "command": ["sleep", "1000000", "--api-token", PLANTED["option of a command"]],
        "entrypoint": ["sh", "-c", "exec sleep 1000000"],
        "env_file": ["./ui.env"],
        "environment": {
            "NUMBER": "${NUMBER}",
            "GREETING": "hello ${FROM_FILE}",
            "WORD": "${INLINE}",
            "DB_PASSWORD": PLANTED["name that says so"],
            "DATABASE_URL": f"postgres://app:{PLANTED['password in a URL']}@db/app",
        },
        "labels": {"proxy.basicauth.users": PLANTED["label"]},
        "configs": ["conf"],
        "deploy": deploy,
    }
    written = {"services": {"ui": service}, "configs": {"conf": {"file": "./conf"}}}
    (folder / "compose.yml").write_text(json.dumps(written))
    (folder / "ui.env").write_text(f"COLOUR={PLANTED['vaulted env_file']}\n")
    (folder / "conf").write_text(PLANTED["vaulted config"])
    (folder / "vault.yml").write_text(f"word: {PLANTED['vaulted variable in a vaulted file']}\n")
    vault("encrypt", *(str(folder / name) for name in ("ui.env", "conf", "vault.yml")))
    inline = vault("encrypt_string", PLANTED["variable encrypted for itself"]).strip().replace("\n", "\n    ")
    (folder / "play.yml").write_text(_PLAYBOOK.format(inline=inline))
    return password


def test_planted_secrets_are_in_no_output_plan_history_or_process_list(play):
    folder = play.folder / "secrets"
    folder.mkdir()
    password = _secret_files(folder)
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
    }
    ansible_playbook = Path(sys.executable).parent / "ansible-playbook"
    command = [
        ansible_playbook,
        "-i",
        str(play.bed.inventory),
        "--vault-password-file",
        str(password),
        "-vvv",
        "--diff",
    ]
    seen = []
    history = []
    ending = threading.Event()

    def look():
        while not ending.wait(0.3):
            listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
            # What the tasks themselves are started with stands in their specs.
            seen.append("\n".join(line for line in listed.splitlines() if "sleep 1000000" not in line))
            seen.append(play.bed.on("m1", "grep -rhoF planted- /root /home /tmp 2>/dev/null || true"))
            configs = play.bed.ask("m2", "/configs")[0]
            history.extend(item for item in configs if ".deployment." in item["Spec"]["Name"])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        done = subprocess.run(
            [*command, str(folder / "play.yml")],
            capture_output=True,
            text=True,
            env=environment,
            cwd=folder,
            check=False,
        )
    finally:
        ending.set()
        looking.join()
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    assert "environment.DB_PASSWORD" in output
    plans = [path.read_text() for path in folder.glob("plan-*")]
    # The deploy that failed has no plan to be written.
    assert len(plans) == 2
    assert {oct(path.stat().st_mode & 0o777) for path in folder.glob("plan-*")} == {"0o600"}
    assert history
    texts = {"output": output, "plans": "".join(plans), "history": told_by(history)}
    found = [
        f"{what} in {where}: {around(text, secret)}"
        for where, text in texts.items()
        for what, secret in PLANTED.items()
        if secret in text
    ]
    assert not found, "\n".join(found)
    assert not any("planted-" in text for text in seen), "in a file or a process list"


def around(text, secret):
    """Where in a text it stands: they are no real secrets."""
    at = text.index(secret)
    return text[max(0, at - 200) : at + 60]


def told_by(configs):
    """What a stack's history says, unpacked by hand."""
    parts = {item["Spec"]["Name"]: base64.b64decode(item["Spec"]["Data"]) for item in configs}
    texts = [zlib.decompress(data).decode() for data in parts.values()]
    # Contents of configs stand in them as the engine takes them.
    return "".join(texts) + "".join(
        base64.b64decode(spec["Data"]).decode()
        for text in texts
        for spec in json.loads(text)["state"]["configs"].values()
        if isinstance(spec.get("Data"), str)
    )


def test_this_took_less_than_eight_minutes(play):
    assert time.monotonic() - play.record.began < 480
