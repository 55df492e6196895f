# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Say a service in the words of its compose file.

`compose_terms` flattens a canonical ServiceSpec into one value a compose key, such as
`{"image": "nginx:1.27", "deploy.replicas": 2, "environment.LOG": "debug"}`. It loses nothing: a field it has no
compose word for keeps the engine's own, so two specs give the same terms only if they are equal.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Path, spec_at
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import tagged
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import IMAGE, labels_of, short_name

Json = dict[str, Any]
Terms = dict[str, Any]

_T = "TaskTemplate"
_C = f"{_T}.ContainerSpec"

_WORDS = {
    f"{_C}.Command": "entrypoint",
    f"{_C}.Args": "command",
    f"{_C}.Hostname": "hostname",
    f"{_C}.Dir": "working_dir",
    f"{_C}.User": "user",
    f"{_C}.Groups": "group_add",
    f"{_C}.StopSignal": "stop_signal",
    f"{_C}.StopGracePeriod": "stop_grace_period",
    f"{_C}.TTY": "tty",
    f"{_C}.OpenStdin": "stdin_open",
    f"{_C}.ReadOnly": "read_only",
    f"{_C}.Init": "init",
    f"{_C}.Isolation": "isolation",
    f"{_C}.Hosts": "extra_hosts",
    f"{_C}.CapabilityAdd": "cap_add",
    f"{_C}.CapabilityDrop": "cap_drop",
    f"{_C}.DNSConfig.Nameservers": "dns",
    f"{_C}.DNSConfig.Search": "dns_search",
    f"{_C}.DNSConfig.Options": "dns_opt",
    f"{_C}.Healthcheck.Test": "healthcheck.test",
    f"{_C}.Healthcheck.Interval": "healthcheck.interval",
    f"{_C}.Healthcheck.Timeout": "healthcheck.timeout",
    f"{_C}.Healthcheck.StartPeriod": "healthcheck.start_period",
    f"{_C}.Healthcheck.StartInterval": "healthcheck.start_interval",
    f"{_C}.Healthcheck.Retries": "healthcheck.retries",
    f"{_C}.Labels": "labels",
    f"{_C}.Sysctls": "sysctls",
    f"{_C}.OomScoreAdj": "oom_score_adj",
    f"{_C}.Privileges.CredentialSpec": "credential_spec",
    f"{_T}.LogDriver.Name": "logging.driver",
    f"{_T}.LogDriver.Options": "logging.options",
    f"{_T}.Resources.Limits.NanoCPUs": "deploy.resources.limits.cpus",
    f"{_T}.Resources.Limits.MemoryBytes": "deploy.resources.limits.memory",
    f"{_T}.Resources.Limits.Pids": "deploy.resources.limits.pids",
    f"{_T}.Resources.Reservations.NanoCPUs": "deploy.resources.reservations.cpus",
    f"{_T}.Resources.Reservations.MemoryBytes": "deploy.resources.reservations.memory",
    f"{_T}.Resources.Reservations.GenericResources": "deploy.resources.reservations.generic_resources",
    f"{_T}.RestartPolicy.Condition": "deploy.restart_policy.condition",
    f"{_T}.RestartPolicy.Delay": "deploy.restart_policy.delay",
    f"{_T}.RestartPolicy.MaxAttempts": "deploy.restart_policy.max_attempts",
    f"{_T}.RestartPolicy.Window": "deploy.restart_policy.window",
    f"{_T}.Placement.Constraints": "deploy.placement.constraints",
    f"{_T}.Placement.Preferences": "deploy.placement.preferences",
    f"{_T}.Placement.MaxReplicas": "deploy.placement.max_replicas_per_node",
    f"{_T}.Placement.Platforms": "platforms",
    "Labels": "deploy.labels",
    "EndpointSpec.Mode": "deploy.endpoint_mode",
    "Mode.Replicated.Replicas": "deploy.replicas",
    "Mode.ReplicatedJob.TotalCompletions": "deploy.replicas",
    "Mode.ReplicatedJob.MaxConcurrent": "deploy.max_concurrent",
    **{
        f"{side}Config.{field}": f"deploy.{side.lower()}_config.{word}"
        for side in ("Update", "Rollback")
        for field, word in (
            ("Parallelism", "parallelism"),
            ("Delay", "delay"),
            ("FailureAction", "failure_action"),
            ("Monitor", "monitor"),
            ("MaxFailureRatio", "max_failure_ratio"),
            ("Order", "order"),
        )
    },
}

# Lists of objects: which compose section each item belongs to, and what it is called there.
_KEYED_LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    f"{_C}.Mounts": ("volumes", ("Target",)),
    f"{_C}.Ulimits": ("ulimits", ("Name",)),
    f"{_T}.Networks": ("networks", ("Target",)),
}

# What compose calls the fields of such items. Other fields keep the engine's name.
_FIELD_WORDS = {
    "Aliases": "aliases",
    "DriverOpts": "driver_opts",
    "Type": "type",
    "Source": "source",
    "ReadOnly": "read_only",
    "Consistency": "consistency",
    "BindOptions": "bind",
    "VolumeOptions": "volume",
    "TmpfsOptions": "tmpfs",
    "Soft": "soft",
    "Hard": "hard",
}
_FILE_WORDS = {"Name": "target", "UID": "uid", "GID": "gid", "Mode": "mode"}
# The object that is referred to, where its name is not that of the file's section.
OBJECT = "object"

_DURATION_ENDINGS = (
    "stop_grace_period",
    ".interval",
    ".timeout",
    ".start_period",
    ".start_interval",
    ".delay",
    ".monitor",
    ".window",
)


def compose_terms(spec: Json, stack: str) -> Terms:
    """Flatten a canonical ServiceSpec; names within the stack lose its prefix."""
    terms: Terms = {"image": image_term(spec), "deploy.mode": mode_of(spec)}
    for path, value in _leaves(spec, ()):
        if path in _SAID_ELSEWHERE:
            continue
        key = ".".join(path)
        if key in _KEYED_LISTS:
            section, naming = _KEYED_LISTS[key]
            for item in value:
                name = short_name(":".join(str(item.get(part, "")) for part in naming), stack)
                rest = {inner: item[inner] for inner in item if inner not in naming}
                terms[f"{section}.{name}"] = _plain({_FIELD_WORDS.get(inner, inner): rest[inner] for inner in rest})
        elif key in _LISTS:
            terms.update(_LISTS[key](value, stack))
        else:
            word = _word(path)
            terms[word] = _readable(word, value)
    return terms


def image_term(spec: Json) -> str:
    """The image as the file names it, with the digest it was pinned to, where there is one."""
    image = str(spec_at(spec, ("TaskTemplate", "ContainerSpec", "Image")) or "")
    named = labels_of(spec).get(IMAGE)
    if named is None or image == named:
        return image
    tag, at, digest = image.partition("@")
    return f"{named}{at}{digest}" if tag == tagged(named) else f"{named} (in fact {image})"


_SAID_ELSEWHERE = {("Name",), ("TaskTemplate", "ContainerSpec", "Image"), ("Labels", IMAGE)}


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """Every value that is no object, with its path; empty objects count as values."""
    if not isinstance(value, dict) or not value:
        return [] if path[:1] == ("Mode",) and value == {} else [(path, value)]
    found = []
    for key, inner in value.items():
        found += _leaves(inner, (*path, key))
    return found


def _word(path: Path) -> str:
    """The compose key of the longest known beginning of the path, then the rest as it is."""
    for length in range(len(path), 0, -1):
        known = _WORDS.get(".".join(path[:length]))
        if known is not None:
            return ".".join((known, *path[length:]))
    return ".".join(path)


def _environment(entries: list[str], _stack: str) -> Terms:
    terms: Terms = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        terms[f"environment.{key}"] = value if equals else None
    return terms


def _ports(ports: list[Json], _stack: str) -> Terms:
    terms: Terms = {}
    for port in ports:
        published = port.get("PublishedPort", 0)
        key = f"ports.{published or 'any'}/{port['Protocol']}"
        value = f"to {port.get('TargetPort', 0)}, {port['PublishMode']}"
        extra = {name: port[name] for name in port if name not in _PORT_FIELDS}
        value = f"{value} {_plain(extra)}" if extra else value
        terms[key] = f"{terms[key]}; {value}" if key in terms else value
    return terms


_PORT_FIELDS = frozenset({"PublishedPort", "TargetPort", "Protocol", "PublishMode"})


def _references(kind: str) -> Any:
    def terms_of(items: list[Json], stack: str) -> Terms:
        terms: Terms = {}
        for item in items:
            key = f"{kind.lower()}s.{short_name(item['Base'], stack)}"
            named = f"{kind}Name"
            shown = {name: item[name] for name in item if name not in ("Base", "File", named)}
            shown |= {_FILE_WORDS.get(name, name): value for name, value in (item.get("File") or {}).items()}
            if isinstance(shown.get("mode"), int):
                shown["mode"] = f"{shown['mode']:04o}"
            if item[named] != item["Base"]:
                shown[OBJECT] = item[named]
            terms[key] = [*terms[key], _plain(shown)] if key in terms else [_plain(shown)]
        return terms

    return terms_of


_LISTS = {
    f"{_C}.Env": _environment,
    f"{_C}.Configs": _references("Config"),
    f"{_C}.Secrets": _references("Secret"),
    "EndpointSpec.Ports": _ports,
}


def _readable(word: str, value: Any) -> Any:
    if word.endswith(_DURATION_ENDINGS) and isinstance(value, int):
        return duration(value)
    if word.endswith(".cpus") and isinstance(value, int):
        return f"{value / 1e9:.9f}".rstrip("0").rstrip(".")
    if word.endswith(".memory") and isinstance(value, int):
        return size(value)
    if word == "deploy.placement.preferences":
        return [f"spread={spec_at(item, ('Spread', 'SpreadDescriptor'))}" for item in value]
    if word == "platforms":
        return [f"{item.get('OS', 'any')}/{item.get('Architecture', 'any')}" for item in value]
    return value


def _plain(value: Any) -> Any:
    """An object of the engine as `key=value` pairs, short enough for one line."""
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{key}={_plain_inner(inner)}" for key, inner in sorted(value.items()))


def _plain_inner(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + str(_plain(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain_inner(item) for item in value) + "]"
    return str(value)


def duration(nanoseconds: int) -> str:
    """`90000000000` -> `1m30s`."""
    if nanoseconds == 0:
        return "0s"
    parts = []
    rest = nanoseconds
    for unit, length in (("h", 3600 * 10**9), ("m", 60 * 10**9), ("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def size(count: int) -> str:
    """`67108864` -> `64M`."""
    for unit, length in (("G", 2**30), ("M", 2**20), ("K", 2**10)):
        if count % length == 0 and count:
            return f"{count // length}{unit}"
    return str(count)
