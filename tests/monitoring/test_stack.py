"""One switch brings monitoring that finds what runs, tells of what does not, and lets nobody in."""

from __future__ import annotations

import time

from tests.monitoring.conftest import PROGRAM, Monitoring, until

HOSTS = ("m1", "m2", "m3")
GLOBAL = ("monitoring_node_exporter", "monitoring_swarm_node")
SINGLE = ("monitoring_alertmanager", "monitoring_blackbox", "monitoring_prometheus", "monitoring_swarm_cluster")
EXPECTED = {f"{name}@{host}" for name in GLOBAL for host in HOSTS} | {f"{name}.1" for name in SINGLE}
LOOP = "import time, sys; time.sleep(1); sys.exit(3)"


def test_every_expected_target_is_up_within_a_minute_and_none_else(monitoring: Monitoring) -> None:
    targets = until(lambda: set(monitoring.targets().values()) == {"up"} and monitoring.targets(), 60, "all targets up")
    assert set(targets) == EXPECTED


def test_again_changes_nothing(monitoring: Monitoring) -> None:
    again = monitoring.site()
    assert again.status == 0, again.output[-4000:]
    assert set(again.changed) >= set(HOSTS)
    assert not any(again.changed.values()), again.output[-6000:]


def test_nothing_is_published(monitoring: Monitoring) -> None:
    listed = monitoring.on_host("m1", "docker", "service", "ls", "--format", "{{.Name}} {{.Ports}}")
    assert len(listed.splitlines()) == len(GLOBAL) + len(SINGLE) + 1  # and the door
    assert "->" not in listed


def test_the_door_lets_reading_through_and_nothing_else(monitoring: Monitoring) -> None:
    asked = (
        "import sys, urllib.request as u, urllib.error as e\n"
        "def ask(method, path, body=None):\n"
        " try: return u.urlopen(u.Request('http://door:2375' + path, method=method, data=body), timeout=5).status\n"
        " except e.HTTPError as error: return error.code\n"
        "print([ask('GET', p) for p in ('/nodes', '/v1.41/tasks', '/services', '/networks', '/_ping')])\n"
        "print([ask('GET', p) for p in ('/secrets', '/configs', '/containers/json', '/info', '/swarm',"
        " '/swarm/unlockkey', '/nodes/../secrets', '/services/x/logs', '/images/json', '//secrets',"
        " '/nodes/%2e%2e/secrets')])\n"
        "print([ask(m, p, b'{}') for m, p in (('POST', '/services/create'), ('DELETE', '/nodes/x'), ('POST', '/nodes'),"
        " ('PUT', '/tasks'), ('POST', '/swarm/leave?force=true'))])\n"
    )
    host = monitoring.on_host(
        "m1",
        "docker",
        "service",
        "ps",
        "monitoring_swarm_cluster",
        "-f",
        "desired-state=running",
        "--format",
        "{{.Node}}",
    ).strip()
    read, other, written = monitoring.inside(host, "monitoring_swarm_cluster", "python3", "-c", asked).splitlines()
    assert read == "[200, 200, 200, 200, 200]"
    assert set(other.strip("[]").split(", ")) == {"403"}
    assert set(written.strip("[]").split(", ")) == {"403"}


def test_a_stack_that_asks_for_it_is_scraped_and_probed(monitoring: Monitoring) -> None:
    deployed = monitoring.app()
    assert deployed.status == 0, deployed.output[-4000:]
    until(lambda: {"app_web.1", "app_web.2"} <= set(monitoring.targets()), 30, "targets of the new stack")
    up = until(lambda: len(monitoring.query('app_up{stack="app"}')) == 2 and monitoring.query("app_up"), 15, "samples")
    assert {sample["metric"]["service"] for sample in up} == {"app_web"}
    (probe,) = until(lambda: monitoring.query("probe_success == 1"), 30, "probe")
    assert probe["metric"]["instance"] == "http://web:8000/metrics"
    assert not monitoring.alerts(), "a healthy swarm is silent"


def test_a_crash_loop_is_told_within_45_seconds_and_resolves(monitoring: Monitoring) -> None:
    begun = time.time()
    monitoring.app(program=LOOP, wait=False)
    failures: list[float] = []

    def told() -> tuple[float, str] | None:
        # While it is still known: the swarm keeps the last few tasks of a slot only.
        failures.extend([moment] if not failures and (moment := monitoring.first_failure("app_web")) else [])
        return monitoring.receiver.first("ServiceCrashLoop", "firing", begun, service="app_web")

    moment, summary = until(told, 75, "crash loop")
    assert "app_web" in summary
    assert "exit_3" in summary
    assert moment - failures[0] < 45, f"told {moment - failures[0]:.0f} s after the first task had failed"
    healed = time.time()
    assert monitoring.app(program=PROGRAM).status == 0
    until(lambda: monitoring.receiver.first("ServiceCrashLoop", "resolved", healed, service="app_web"), 240, "resolved")


def test_metrics_of_tasks_agree_with_docker_stats(monitoring: Monitoring) -> None:
    """Memory of a task at rest: within 5 % of what the engine says at the same moment."""
    text = monitoring.on_host("m3", "docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}")
    shown = next(line for line in text.splitlines() if line.startswith("monitoring_alertmanager"))
    number = shown.split()[1]
    unit = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[number[-3:]]
    (sample,) = monitoring.query('swarm_task_memory_bytes{service="monitoring_alertmanager"}')
    assert abs(float(sample["value"][1]) / (float(number[:-3]) * unit) - 1) < 0.05, (shown, sample)
