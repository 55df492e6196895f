"""What loading 500 services costs, before and after a change: `load.py --base FOLDER`, a worktree of an older commit.

Two processes, one of each worktree, load the same files in turns; the medians of their processor time are compared,
which other work on the machine moves far less than seconds on the wall.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_COUNT = 500
_WORKER = """
import gc, importlib, sys, time
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
root, files = sys.argv[1], sys.argv[2:]
_AnsibleCollectionFinder(paths=[root + "/.collections"])._install()
home = "ansible_collections.dockyard.swarm.plugins.plugin_utils."
try:
    load = importlib.import_module(home + "_compose").load
except ImportError:
    load = importlib.import_module(home + "compose").load
for line in sys.stdin:
    gc.collect()
    begin = time.process_time()
    project = load(files, {"TAG": "1.2.3", "REPLICAS": "2"}, dialect=line.strip())
    getattr(project, "places", None)  # made when asked for, which every deploy does
    taken = time.process_time() - begin
    print(len(project.config["services"]), taken, flush=True)
"""

_HEAD = """\
x-logging: &logging
  driver: json-file
  options: {max-size: 10m, max-file: "3"}
x-update: &update
  parallelism: 1
  delay: 10s
  order: start-first
  failure_action: rollback
x-environment: &environment
  TZ: Europe/Berlin
  LOG_LEVEL: info
  REGION: "${REGION:-eu-1}"
networks:
  front: {driver: overlay}
  back: {driver: overlay, internal: true}
volumes:
  data: {}
configs:
  settings: {external: true}
secrets:
  password: {external: true}
services:
"""
_SERVICE = """\
  service-@:
    image: registry.example.com/shop/service-@:${TAG}
    command: ["serve", "--port", "8080", "--name", "service-@"]
    entrypoint: /usr/local/bin/entrypoint
    hostname: service-@
    user: "1000:1000"
    working_dir: /srv
    init: true
    read_only: true
    stop_grace_period: 30s
    stop_signal: SIGTERM
    environment:
      <<: *environment
      DATABASE_URL: postgres://db:5432/service-@
      CACHE_URL: redis://cache:6379/0
      WORKERS: 4
      FEATURE_FLAGS: "a,b,c"
    labels:
      - com.example.team=shop
      - com.example.service=service-@
    cap_drop: [ALL]
    cap_add: [NET_BIND_SERVICE]
    extra_hosts: ["legacy.example.com:10.1.2.3"]
    ulimits:
      nofile: {soft: 20000, hard: 40000}
    networks:
      front: {aliases: [service-@.example.com]}
      back:
    ports:
      - "8080"
      - {target: 9090, mode: host, protocol: tcp}
    volumes:
      - data:/var/lib/service
      - /etc/ssl/certs:/etc/ssl/certs:ro
      - {type: tmpfs, target: /tmp, tmpfs: {size: 67108864}}
    configs:
      - {source: settings, target: /etc/service/settings.yml, mode: 0440}
    secrets: [password]
    healthcheck:
      test: ["CMD", "curl", "-fsS", "http://localhost:8080/health"]
      interval: 10s
      timeout: 3s
      retries: 5
      start_period: 30s
    logging: *logging
    deploy:
      replicas: ${REPLICAS}
      labels:
        traefik.enable: "true"
        traefik.http.routers.service-@.rule: Host(`service-@.example.com`)
        traefik.http.services.service-@.loadbalancer.server.port: "8080"
      update_config: *update
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3}
      resources:
        limits: {cpus: "0.50", memory: 256M}
        reservations: {memory: 64M}
      placement:
        constraints: [node.role == worker, "node.labels.zone != old"]
        preferences: [{spread: node.labels.zone}]
"""
_OVERRIDE = """\
  service-@:
    environment: {LOG_LEVEL: debug}
    deploy: {replicas: 3}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="a worktree of the commit to compare with")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for about, files in _projects(Path(folder)).items():
            for dialect in ("stack", "compose", "auto"):
                before, after = _measured(arguments.base, files, dialect, arguments.rounds)
                ratio = after / before
                print(f"{about}, dialect {dialect}: {before:.3f} s before, {after:.3f} s after, ratio {ratio:.2f}")


def _projects(folder: Path) -> dict[str, list[str]]:
    numbers = [str(number) for number in range(_COUNT)]
    (folder / "base.yml").write_text(_HEAD + "".join(_SERVICE.replace("@", n) for n in numbers))
    (folder / "over.yml").write_text("services:\n" + "".join(_OVERRIDE.replace("@", n) for n in numbers))
    small = "".join(f"  s-{n}: {{image: 'i:${{TAG}}', networks: [front], deploy: {{replicas: 2}}}}\n" for n in numbers)
    (folder / "small.yml").write_text("networks: {front: }\nservices:\n" + small)
    base, over, few = (str(folder / name) for name in ("base.yml", "over.yml", "small.yml"))
    return {
        f"{_COUNT} services of 25 keys": [base],
        f"{_COUNT} services in two files": [base, over],
        f"{_COUNT} services of three keys": [few],
    }


def _measured(base: Path, files: list[str], dialect: str, rounds: int) -> tuple[float, float]:
    """Median seconds of the base and of this worktree, in turns."""
    workers = [_worker(root, files) for root in (base, _ROOT)]
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 2):
        for worker, taken in zip(workers, times, strict=True):
            seconds = _asked(worker, dialect)
            if number >= 2:
                taken.append(seconds)
    for worker in workers:
        worker.communicate()
    return statistics.median(times[0]), statistics.median(times[1])


def _worker(root: Path, files: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WORKER, str(root), *files]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _asked(worker: subprocess.Popen[str], dialect: str) -> float:
    if worker.stdin is None or worker.stdout is None:
        raise RuntimeError("no pipes to the worker")
    worker.stdin.write(f"{dialect}\n")
    worker.stdin.flush()
    count, seconds = worker.stdout.readline().split()
    if count != str(_COUNT):
        raise RuntimeError(f"{count} services were loaded instead of {_COUNT}")
    return float(seconds)


if __name__ == "__main__":
    main()
