"""Three managers and two workers as containers, and everything that can be done to them."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGERS = ("m1", "m2", "m3")
WORKERS = ("w1", "w2")
HOSTS = (*MANAGERS, *WORKERS)
MARK = "NEMESIS_RUN"
NAMESPACE = "com.docker.stack.namespace"
HISTORY = "dockyard.swarm.deployment"
LOCK = "dockyard.swarm.lock.stack."
SENTINEL = "sentinel"
# The full worker's containers live here, so that filling it fills nothing else.
SMALL = "/var/lib/docker/containers"

# A time namespace has only the clocks that count from boot. The clock of the day is stepped for the modules alone,
# while they run, by a library that reads the difference afresh from this file.
CLOCK = "/etc/nemesis-clock"
INTERPRETER = "/usr/local/bin/nemesis-python"
_CLOCK = f"""
set -eu
apt-get update -qq && apt-get install -y -qq --no-install-recommends libfaketime >/dev/null
library=$(dpkg -L libfaketime | grep /libfaketimeMT.so)
cat > {INTERPRETER} <<END
#!/bin/sh
export LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE={CLOCK} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
exec /usr/bin/python3 "\\$@"
END
chmod 755 {INTERPRETER}
echo +0 > {CLOCK}
"""
STEP = 900

_ASK = """
import http.client, json, socket, sys
answers = {}
for path in sys.argv[1:]:
    connection = http.client.HTTPConnection("localhost", timeout=4)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(4)
    connection.sock.connect("/var/run/docker.sock")
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        sys.exit(text.decode())
    answers[path] = json.loads(text)
print(json.dumps(answers))
"""

_IMAGES = """
set -eu
apt-get update -qq && apt-get install -y -qq --no-install-recommends busybox-static >&2
root=$(mktemp -d); mkdir "$root/bin" "$root/tmp"; cp "$(command -v busybox)" "$root/bin/busybox"
for name in sh sleep cat false; do ln -s busybox "$root/bin/$name"; done
for tag in 1 2; do
  echo $tag > "$root/tag"
  tar -C "$root" -c . | docker import -c 'CMD ["sleep","1000000"]' - box:$tag >&2
done
docker save box:1 box:2
"""


class UnreachableError(Exception):
    """A host's engine does not answer at this moment."""


class Bed:
    """The hosts of one sandbox, whose engines form a swarm.

    Args:
        name: the sandbox's; its containers are called `NAME-m1` and so on.
        managers, workers: names of hosts.
    """

    def __init__(self, name, managers=MANAGERS, workers=WORKERS):
        self.name = name
        self.managers = managers
        self.workers = workers
        self.folder = ROOT / ".sandbox" / name
        self.addresses = {}

    @property
    def hosts(self):
        return (*self.managers, *self.workers)

    @property
    def inventory(self):
        return self.folder / "hosts.yml"

    def up(self):
        self._sandbox("up", "--hosts", ",".join(self.hosts), "--engine")
        for host in self.hosts:
            self.addresses[host] = self.on(host, "hostname -i").split()[0]
        for host in self.hosts:
            self.until(lambda host=host: self.try_on(host, "docker info >/dev/null 2>&1"), 90)
        first, *others = self.managers
        self.on(first, f"docker swarm init --advertise-addr {self.addresses[first]}")
        for kind, hosts in (("manager", others), ("worker", self.workers)):
            token = self.on(first, f"docker swarm join-token -q {kind}").strip()
            for host in hosts:
                self.on(host, f"docker swarm join --token {token} {self.addresses[first]}:2377")
        self._load_images(first)
        for host in self.workers[:1]:
            self.on(host, f"systemctl stop docker && mount -t tmpfs -o size=4m none {SMALL} && systemctl start docker")
        for host in self.managers:
            self._make_clock(host)
        self._make_sentinels(first)

    def down(self):
        self._sandbox("down")

    def _sandbox(self, *arguments):
        command = [sys.executable, "-m", "sandbox", arguments[0], "--name", self.name, *arguments[1:]]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)

    def _load_images(self, first):
        command = ["docker", "exec", self._container(first), "sh", "-c", _IMAGES]
        made = subprocess.run(command, check=True, capture_output=True)
        path = self.folder / "box.tar"
        path.write_bytes(made.stdout)
        for host in self.hosts:
            if host != first:
                with path.open("rb") as source:
                    command = ["docker", "exec", "-i", self._container(host), "docker", "load", "-q"]
                    subprocess.run(command, check=True, stdin=source, capture_output=True)

    def _make_clock(self, host):
        """Let the clock that modules read on a host be stepped, and see that it can be."""
        self.on(host, _CLOCK, timeout=120)
        self.step_clock(host, STEP)
        look = "import time; print(time.time())"
        there, here = (float(self.on(host, f"{python} -c '{look}'")) for python in (INTERPRETER, "python3"))
        self.step_clock(host, 0)
        if abs(there - here - STEP) > 30:
            raise RuntimeError(f"the clock of {host} was stepped by {there - here:.0f} s instead of {STEP} s")

    def _make_sentinels(self, first):
        """Objects of nobody's stack, and of a stack that nobody deploys here."""
        self.on(
            first,
            f"echo x | docker config create --label {NAMESPACE}={SENTINEL} {SENTINEL}_conf - && "
            f"echo x | docker secret create {SENTINEL}_key - && docker network create -d overlay {SENTINEL}_net && "
            f"docker service create -q -d --name {SENTINEL}_web --label {NAMESPACE}={SENTINEL} box:1",
        )

    # -- looking -----------------------------------------------------------------------------------

    def _container(self, host):
        return f"{self.name}-{host}"

    def on(self, host, script, timeout=60):
        """Run a script on a host; returns what it prints."""
        command = ["docker", "exec", self._container(host), "sh", "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode:
            raise UnreachableError(f"{host}: {script}: {done.stderr or done.stdout}")
        return done.stdout

    def try_on(self, host, script, timeout=20):
        """Whether a script succeeds on a host."""
        try:
            self.on(host, script, timeout)
        except (UnreachableError, subprocess.TimeoutExpired):
            return False
        return True

    def ask(self, host, *paths):
        """`GET` paths of a host's Engine API, in one go.

        Raises:
            UnreachableError: it does not answer.
        """
        command = ["docker", "exec", self._container(host), "timeout", "6", "python3", "-c", _ASK, *paths]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=15, check=False)
        except subprocess.TimeoutExpired as error:
            raise UnreachableError(host) from error
        if done.returncode:
            raise UnreachableError(f"{host}: {done.stderr[-300:]}")
        answers = json.loads(done.stdout)
        return [answers[path] for path in paths]

    def sample(self, host):
        """The swarm as a manager tells it; see checker.py for the shape.

        Raises:
            UnreachableError: it does not answer, or knows of no leader.
        """
        services, configs, secrets, networks, swarm = self.ask(
            host, "/services", "/configs", "/secrets", "/networks", "/swarm"
        )
        stacks = {}

        def stack(name):
            return stacks.setdefault(name, {"lock": None, "services": {}})

        for item in services:
            labels = item["Spec"]["Labels"] or {}
            env = item["Spec"]["TaskTemplate"]["ContainerSpec"].get("Env") or []
            run = next((entry.partition("=")[2] for entry in env if entry.startswith(f"{MARK}=")), None)
            if run and labels.get(NAMESPACE):
                stack(labels[NAMESPACE])["services"][item["Spec"]["Name"].partition("_")[2]] = {"run": run}
        for item in configs:
            name = item["Spec"]["Name"]
            if name.startswith(LOCK):
                holder = json.loads(base64.b64decode(item["Spec"]["Data"]))
                index = _created_index(item)
                stack(name.removeprefix(LOCK))["lock"] = {"run": holder["owner"], "index": index}
        objects = [item.get("Spec", item)["Name"] for item in (*services, *configs, *secrets, *networks)]
        return {
            "cluster": swarm["ID"],
            "stacks": stacks,
            "sentinels": sorted(name for name in objects if name.startswith(SENTINEL)),
        }

    def orphans(self, host, stacks):
        """Objects of these stacks that no service uses, but for their history; and locks."""
        services, configs, secrets, networks = self.ask(host, "/services", "/configs", "/secrets", "/networks")
        used = json.dumps([item["Spec"] for item in services])
        left = [f"lock {item['Spec']['Name']}" for item in configs if item["Spec"]["Name"].startswith(LOCK)]
        for kind, items in (("config", configs), ("secret", secrets), ("network", networks)):
            for item in items:
                spec = item.get("Spec", item)
                labels = spec.get("Labels") or {}
                if (
                    labels.get(NAMESPACE) in stacks
                    and HISTORY not in labels
                    and item.get("ID", item.get("Id")) not in used
                ):
                    left.append(f"{kind} {spec['Name']}")
        return left

    @staticmethod
    def until(condition, seconds, pause=0.5):
        """Wait for something, and fail if it does not come."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"it did not happen within {seconds} s")
            time.sleep(pause)

    def answering(self):
        """The managers that answer with a leader."""
        return [host for host in self.managers if self.try_on(host, "timeout 5 docker node ls >/dev/null 2>&1")]

    # -- faults ------------------------------------------------------------------------------------

    def kill_engine(self, host):
        self.on(host, "systemctl kill --signal=KILL docker.service")

    def stop_engine(self, host):
        self.on(host, "kill -STOP $(pidof dockerd)")

    def continue_engine(self, host):
        self.on(host, "kill -CONT $(pidof dockerd)")

    def modules(self, host):
        """Process ids of the stack modules that run on a host."""
        # A module may have come through a pipe, and then has no name; a look from here has one.
        script = "ps -eo pid=,comm=,args= | awk '$2 ~ /^python3/ && !/http.client/ {print $1}'"
        return self.on(host, script).split()

    def partition(self, host):
        """Cut a host off from all others, in both directions; this machine still reaches it."""
        for peer in self.hosts:
            if peer != host:
                address = self.addresses[peer]
                self.on(host, f"iptables -I INPUT -s {address} -j DROP; iptables -I OUTPUT -d {address} -j DROP")

    def slow_down(self, host, probability=0.3):
        """Lose packets to and from all other hosts."""
        lose = f"-m statistic --mode random --probability {probability} -j DROP"
        for peer in self.hosts:
            if peer != host:
                self.on(host, f"iptables -I INPUT -s {self.addresses[peer]} {lose}")

    def heal_network(self, host):
        """Take out what `partition` and `slow_down` put in front of the engine's own rules."""
        self.on(
            host,
            "for chain in INPUT OUTPUT; do iptables -S $chain | grep -- '-j DROP' | sed 's/^-A/-D/' | "
            "while read -r rule; do iptables $rule; done; done",
        )

    def fill_disk(self, host):
        self.on(host, f"dd if=/dev/zero of={SMALL}/fill bs=64k 2>/dev/null; true")

    def free_disk(self, host):
        self.on(host, f"rm -f {SMALL}/fill")

    def step_clock(self, host, seconds):
        """Let the clock of the day that modules read on a host differ from the others' from now on."""
        self.on(host, f"echo {seconds:+d} > {CLOCK}")

    def reboot(self, host):
        subprocess.run(["docker", "restart", "-t", "3", self._container(host)], check=True, capture_output=True)


def _created_index(item):
    """A count that grows with each lock that is made: the swarm's clock, in microseconds."""
    day, _t, rest = item["CreatedAt"].partition("T")
    stamp = time.mktime(time.strptime(f"{day} {rest[:8]}", "%Y-%m-%d %H:%M:%S"))
    fraction = rest[8:].rstrip("Z").ljust(7, "0")[1:7] if rest[8:9] == "." else "0"
    return int(stamp) * 1_000_000 + int(fraction.ljust(6, "0"))
