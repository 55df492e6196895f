"""Controllers that deploy all the time: scale, change images, rotate configs, add and remove services and stacks."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.nemesis.bed import INTERPRETER, MARK, ROOT

STACKS = ("alpha", "beta")
_REFUSED = "another deploy of stack"


def compose(run, rng, broken=False):
    """A stack's file: one to three services that all carry the run's mark, use a config and a network."""
    names = ["web", "api", "job"][: rng.randint(1, 3)]
    service = {
        "image": f"box:{rng.randint(1, 2)}",
        "environment": {MARK: run},
        "networks": ["net"],
        "configs": ["settings"],
        "stop_grace_period": "1s",
        "deploy": {
            "endpoint_mode": "dnsrr",
            "update_config": {"parallelism": 0, "monitor": "1s"},
            "restart_policy": {"delay": "1s"},
        },
    }
    services = {name: json.loads(json.dumps(service)) for name in names}
    for name in names:
        services[name]["deploy"]["replicas"] = rng.randint(1, 3)
    if broken:
        services[names[-1]]["command"] = ["false"]
        services[names[-1]]["deploy"]["restart_policy"] = {"condition": "none"}
    return {"services": services, "networks": {"net": {}}, "configs": {"settings": {"file": "./settings"}}}


class Controller(threading.Thread):
    """Deploys one after the other until it is told to end.

    Args:
        name: what begins the names of its runs, by which the locks are known.
        bed: where to.
        record: is given each event.
        seed: decides what is deployed.
        environment: for `ansible`.
    """

    def __init__(self, name, bed, record, seed, folder):
        super().__init__(name=name, daemon=True)
        self.bed = bed
        self.record = record
        self.rng = random.Random(f"{seed}/{name}")
        self.folder = Path(folder) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ending = threading.Event()
        self.process = None
        self.count = 0
        self.messages = []

    def run(self):
        while not self.ending.is_set():
            choice = self.rng.random()
            stack = self.rng.choice(STACKS)
            manager = self.rng.choice(self.bed.managers)
            if choice < 0.1:
                self.deploy(stack, manager, state="absent")
            else:
                broken = choice < 0.3
                self.deploy(stack, manager, broken=broken, on_failure=self.rng.choice(["fail", "rollback"]))
            self.ending.wait(self.rng.uniform(0, 2))

    def deploy(self, stack, manager, state="present", broken=False, document=None, **options):
        """One run, from its first event to its last. Returns its outcome and its message."""
        self.count += 1
        run = f"{self.name}-{self.count}"
        folder = self.folder / run
        folder.mkdir()
        services = []
        arguments = {"name": stack, "state": state, "wait_timeout": 45, "lock_timeout": 60, **options}
        if state == "present":
            document = document or compose(run, self.rng, broken)
            (folder / "compose.yml").write_text(json.dumps(document))
            (folder / "settings").write_text(f"{run}\n" if self.rng.random() < 0.5 else "same\n")
            services = sorted(document["services"])
            arguments |= {"files": [str(folder / "compose.yml")], "resolve_image": "never", "prune": True}
        self.record({"type": "begin", "run": run, "stack": stack, "services": services, "manager": manager})
        outcome, message = self._ansible(run, manager, arguments, folder / "log")
        self.record({"type": "end", "run": run, "outcome": outcome, "message": message[-1500:]})
        return outcome, message

    def _ansible(self, run, manager, arguments, log):
        environment = {
            **os.environ,
            "LOGNAME": run,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ServerAliveInterval=15 -o ServerAliveCountMax=8",
            "ANSIBLE_FORCE_COLOR": "0",
        }
        ansible = Path(sys.executable).parent / "ansible"
        command = [str(ansible), manager, "-i", str(self.bed.inventory), "-m", "dockyard.swarm.stack"]
        command += ["-e", f"ansible_python_interpreter={INTERPRETER}"]
        with log.open("w") as sink:
            self.process = subprocess.Popen(
                [*command, "-a", json.dumps(arguments)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            status = self.process.wait()
        text = "\n" + log.read_text()
        if status < 0 or "\n{\n" not in text:
            return "unknown", text
        document = json.loads(text[text.rindex("\n{\n") :].partition("\n}\n")[0] + "\n}")
        (result,) = document["plays"][0]["tasks"][0]["hosts"].values()
        message = str(result.get("msg", ""))
        if not result.get("failed") and not result.get("unreachable"):
            return "ok", message
        if _REFUSED in message:
            return "refused", message
        # A connection that broke, or a module that was killed, says nothing about what was done.
        told = "stack " in message and not result.get("unreachable")
        return ("failed" if told else "unknown"), message

    # -- faults ------------------------------------------------------------------------------------

    def signal(self, number):
        """Send a signal to the run that is under way, and to all that it started here."""
        process = self.process
        if process is not None and process.poll() is None:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                return False
            return True
        return False

    def stop(self):
        return self.signal(signal.SIGSTOP)

    def go_on(self):
        return self.signal(signal.SIGCONT)

    def kill(self):
        return self.signal(signal.SIGKILL)


def wait_for_end(controllers, seconds):
    """Let each finish the run that is under way."""
    deadline = time.monotonic() + seconds
    for controller in controllers:
        controller.ending.set()
    for controller in controllers:
        controller.join(max(0.0, deadline - time.monotonic()))
        if controller.is_alive():
            controller.kill()
            controller.join(10)
