"""`python -m tests.nemesis --minutes 15 --seed 7`: faults under load, then the checker's word.

Ends with 1 if it finds anything. The history is written in build/nemesis/SEED/history.jsonl;
`--check FILE` looks at one again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.nemesis import faults
from tests.nemesis.bed import ROOT, STEP, Bed, UnreachableError
from tests.nemesis.checker import problems
from tests.nemesis.load import STACKS, Controller, wait_for_end

SAMPLE_EVERY = 0.5
# How long a fault waits for a module that it can befall.
MODULE_SECONDS = 20
# Seconds after which a run shall have had every kind of fault.
WHOLE_RUN = 600


class Recorder:
    """Writes events as they happen, with the seconds since the beginning."""

    def __init__(self, path):
        self.path = path
        self.began = time.monotonic()
        self.events = []
        self._lock = threading.Lock()

    def __call__(self, event):
        with self._lock:
            event = {"t": round(time.monotonic() - self.began, 3), **event}
            self.events.append(event)
            with self.path.open("a") as sink:
                sink.write(json.dumps(event) + "\n")
        if event["type"] in ("fault", "end"):
            words = " ".join(str(value) for key, value in event.items() if key not in ("type", "message"))
            print(f"{event['type']:<6} {words}", file=sys.stderr, flush=True)


class Watcher(threading.Thread):
    """Samples the swarm all the time, from whichever manager answers."""

    def __init__(self, bed, record):
        super().__init__(daemon=True)
        self.bed = bed
        self.record = record
        self.ending = threading.Event()

    def run(self):
        first = 0
        while not self.ending.wait(SAMPLE_EVERY):
            for offset in range(len(self.bed.managers)):
                host = self.bed.managers[(first + offset) % len(self.bed.managers)]
                try:
                    self.record({"type": "sample", "host": host, **self.bed.sample(host)})
                except UnreachableError:
                    continue
                first = (first + offset) % len(self.bed.managers)
                break


class Nemesis(threading.Thread):
    """Carries out faults one after another, and undoes each before the next."""

    def __init__(self, bed, plan, controllers, record, ending):
        super().__init__(daemon=True)
        self.bed, self.plan, self.record, self.ending = bed, plan, record, ending
        self.controllers = {controller.name: controller for controller in controllers}

    def run(self):
        for fault in self.plan:
            if self.ending.is_set():
                return
            try:
                undo = self._do(fault)
            except Exception as error:
                self.record({"type": "fault", "kind": fault.kind, "target": fault.target, "failed": str(error)[:200]})
                undo = None
            else:
                done = undo is not None
                self.record({"type": "fault", "kind": fault.kind, "target": fault.target, "done": done})
            if undo is not None:
                self.ending.wait(fault.lasts)
                self._undo(undo, fault)
            self.ending.wait(fault.pause)

    def _undo(self, undo, fault):
        deadline = time.monotonic() + 30
        while not self._undone(undo, fault) and time.monotonic() < deadline:
            time.sleep(2)

    def _undone(self, undo, fault):
        try:
            undo()
        except Exception as error:
            self.record({"type": "fault", "kind": f"undo {fault.kind}", "failed": str(error)[:200]})
            return False
        return True

    def _do(self, fault):
        """Carry out a fault; returns what undoes it, or None if there was nothing to do it to."""
        if fault.kind in ("stop_module", "kill_module"):
            return self._module(fault)
        if fault.kind in ("stop_controller", "kill_controller"):
            controller = self.controllers[fault.target]
            done = controller.stop() if fault.kind == "stop_controller" else controller.kill()
            return controller.go_on if done else None
        do, undo = {
            "kill_engine": (self.bed.kill_engine, None),
            "stop_engine": (self.bed.stop_engine, self.bed.continue_engine),
            "partition": (self.bed.partition, self.bed.heal_network),
            "slow": (self.bed.slow_down, self.bed.heal_network),
            "fill_disk": (self.bed.fill_disk, self.bed.free_disk),
            "reboot": (self.bed.reboot, None),
            "step_clock_forward": (partial(self.bed.step_clock, seconds=STEP), partial(self.bed.step_clock, seconds=0)),
            "step_clock_back": (partial(self.bed.step_clock, seconds=-STEP), partial(self.bed.step_clock, seconds=0)),
        }[fault.kind]
        do(fault.target)
        return partial(undo, fault.target) if undo else _nothing

    def _modules(self, host):
        try:
            return self.bed.modules(host)
        except UnreachableError:
            return []

    def _module(self, fault):
        # Whichever manager runs one next.
        found = []
        deadline = time.monotonic() + MODULE_SECONDS
        while not found and time.monotonic() < deadline and not self.ending.wait(0.5):
            looks = [(host, self._modules(host)) for host in self.bed.managers]
            found = [(host, pids) for host, pids in looks if pids]
        if not found:
            return None
        host, pids = random.Random(fault.lasts).choice(found)
        sign = "STOP" if fault.kind == "stop_module" else "KILL"
        self.bed.on(host, f"kill -{sign} {' '.join(pids)}")
        return lambda: self.bed.try_on(host, f"kill -CONT {' '.join(pids)}")


def _nothing():
    """What ends by itself needs no undoing."""


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.nemesis", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=None, help="the same seed decides the same faults and deploys")
    parser.add_argument("--name", default="nemesis", help="the sandbox's name")
    parser.add_argument("--keep", action="store_true", help="leave the hosts there")
    parser.add_argument("--check", type=Path, help="look at a recorded history instead")
    options = parser.parse_args()
    if options.check:
        return told([json.loads(line) for line in options.check.read_text().splitlines()])
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    print(f"nemesis: SEED={seed} MINUTES={options.minutes:g}", flush=True)
    folder = ROOT / "build" / "nemesis" / str(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bed = Bed(options.name)
    try:
        bed.up()
        return told(play(bed, seed, options.minutes * 60, folder))
    finally:
        if not options.keep:
            bed.down()


def play(bed, seed, seconds, folder):
    """The load and the faults for some seconds, then the end. Returns the history."""
    record = Recorder(folder / "history.jsonl")
    controllers = [Controller(name, bed, record, seed, folder) for name in faults.CONTROLLERS]
    ending = threading.Event()
    watcher = Watcher(bed, record)
    watcher.start()
    for controller in controllers:
        controller.start()
    nemeses = [
        Nemesis(bed, plan, controllers, record, ending) for plan in (faults.of_hosts(seed), faults.of_runs(seed))
    ]
    for nemesis in nemeses:
        nemesis.start()
    time.sleep(seconds)
    ending.set()
    for nemesis in nemeses:
        nemesis.join(120)
    wait_for_end(controllers, 180)
    finish(bed, record, seed, folder)
    watcher.ending.set()
    watcher.join(30)
    return record.events


def finish(bed, record, seed, folder, stacks=STACKS):
    """All faults are over: wait until the swarm is whole, deploy each stack once more, and look at what is left."""
    bed.until(lambda: len(bed.answering()) == len(bed.managers), 180, pause=2)
    # Modules that were left behind by killed controllers come to their end.
    bed.until(lambda: not any(bed.modules(host) for host in bed.managers), 180, pause=2)
    record({"type": "sample", **bed.sample(bed.managers[0])})
    last = Controller("last", bed, record, seed, folder)
    for stack in stacks:
        for _attempt in range(3):
            if last.deploy(stack, bed.managers[0])[0] == "ok":
                break
    time.sleep(3)
    record({"type": "final", **bed.sample(bed.managers[0]), "orphans": bed.orphans(bed.managers[0], stacks)})


def told(history):
    """Print what was done and what the checker finds. Returns the exit status."""
    counts = Counter(event["outcome"] for event in history if event["type"] == "end")
    done = Counter(event["kind"] for event in history if event["type"] == "fault" and event.get("done"))
    lost = sum("lost the lock" in event.get("message", "") for event in history if event["type"] == "end")
    samples = sum(event["type"] == "sample" for event in history)
    print(f"{sum(counts.values())} deploys: {', '.join(f'{number} {word}' for word, number in sorted(counts.items()))}")
    print(f"{lost} runs said that they had lost their lock; {samples} samples")
    print(f"{sum(done.values())} faults: {', '.join(f'{number} {kind}' for kind, number in sorted(done.items()))}")
    found = problems(history)
    missing = sorted(faults.KINDS - set(done))
    if missing and history[-1]["t"] >= WHOLE_RUN:
        found.append(f"these faults never happened: {', '.join(missing)}")
    for text in found:
        print(f"FOUND {text}")
    print(f"checker: {len(found)} problem(s)" if found else "checker: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
