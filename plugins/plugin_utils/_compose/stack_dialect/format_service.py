# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The keys of a service, by version of the compose file format.

Which key came with which version was found by asking the docker CLI, key by key.
"""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.schema import (
    TODAY,
    Either,
    Flag,
    Integer,
    Keys,
    Kind,
    ListOf,
    MapOf,
    Null,
    Number,
    Since,
    Text,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import nanoseconds

OBJECT_NAME = "[a-zA-Z0-9._-]+"

# Keys the CLI refuses by name, with its reason.
FORBIDDEN = {
    "extends": "extends is not supported; use several files, or YAML anchors",
    "volume_driver": "define a volume under the top-level `volumes` and set its `driver` there",
    "volumes_from": "define a volume under the top-level `volumes` and mount it in each service that shares it",
    "cpu_quota": "use deploy.resources.limits.cpus",
    "cpu_shares": "use deploy.resources.limits.cpus",
    "cpuset": "use deploy.resources.limits.cpus",
    "mem_limit": "use deploy.resources.limits.memory",
    "memswap_limit": "use deploy.resources.limits.memory",
}

# Keys that swarm has nothing for, with what to do instead. The CLI ignores them with a warning.
UNSUPPORTED = {
    "build": "build and push the image first, and name it in `image`",
    "cgroupns_mode": "set the engine's default-cgroupns-mode on the nodes",
    "cgroup_parent": "set the engine's cgroup-parent on the nodes",
    "devices": "use generic resources, or a node label with a placement constraint and a bind mount",
    "domainname": "put the whole name into `hostname`",
    "external_links": "attach both services to a network",
    "ipc": "share files through a volume",
    "links": "attach both services to a network; names resolve there",
    "mac_address": "addresses are given by swarm",
    "network_mode": "attach the service to an external network named host or none",
    "pid": "swarm tasks have a PID namespace of their own",
    "privileged": "use cap_add for the capabilities that are needed",
    "security_opt": "set profiles as defaults of the engine on the nodes",
    "shm_size": "mount a tmpfs volume at /dev/shm with tmpfs.size",
    "userns_mode": "set userns-remap of the engine on the nodes",
}

# Keys that have no effect on services, with the reason.
DEPRECATED = {
    "container_name": "swarm names the containers of a service",
    "expose": "services on a network reach each other on every port",
}

_ADVICE = {
    "profiles": "profiles are not part of the 3.x format; put optional services into a file of their own",
    "scale": "use deploy.replicas",
    "cpus": "use deploy.resources.limits.cpus",
    "cpu_count": "use deploy.resources.limits.cpus",
    "cpu_percent": "use deploy.resources.limits.cpus",
    "cpu_period": "use deploy.resources.limits.cpus",
    "mem_reservation": "use deploy.resources.reservations.memory",
    "mem_swappiness": "swarm has nothing like it; remove it",
    "pids_limit": "use deploy.resources.limits.pids",
    "gpus": "use deploy.resources.reservations.generic_resources",
    "runtime": "set the engine's default-runtime on the nodes",
    "platform": "use a placement constraint such as node.platform.arch == x86_64",
    "pull_policy": "swarm pulls by digest; see resolve_image",
    "log_driver": "use logging.driver",
    "log_opt": "use logging.options",
    "net": "use networks",
    "dockerfile": "build and push the image first, and name it in `image`",
    "replicas": "it belongs under deploy",
    "placement": "it belongs under deploy",
    "resources": "it belongs under deploy",
    "restart_policy": "it belongs under deploy",
    "update_config": "it belongs under deploy",
    "rollback_config": "it belongs under deploy",
    "endpoint_mode": "it belongs under deploy",
}

TEXT = Text()
FLAG = Flag()
INTEGER = Integer()
DURATION = Text(nanoseconds)
UNIQUE_TEXTS = ListOf(TEXT, unique=True)
TEXT_OR_TEXTS = Either(TEXT, UNIQUE_TEXTS)
COMMAND = Either(TEXT, ListOf(TEXT))
SCALAR = Either(TEXT, Number(), Null())
OPTIONS = MapOf(Either(TEXT, Number()), ".*")
WHOLE = Integer(strict=True)
PAIRS = Either(MapOf(SCALAR, what="key"), UNIQUE_TEXTS)

_BUILD = Either(
    TEXT,
    Keys(
        {
            "context": TEXT,
            "dockerfile": TEXT,
            "args": PAIRS,
            "labels": Since(3, PAIRS),
            "cache_from": Since(2, UNIQUE_TEXTS),
            "network": Since(4, TEXT),
            "target": Since(4, TEXT),
            "shm_size": Since(5, Either(INTEGER, TEXT)),
            "extra_hosts": Since(9, PAIRS),
        },
        closed_until=11,
    ),
)

_FILE_REFERENCES = ListOf(
    Either(
        TEXT,
        Keys({"source": TEXT, "target": TEXT, "uid": TEXT, "gid": TEXT, "mode": Number()}, closed_until=0),
    )
)

_NETWORKS = Either(
    UNIQUE_TEXTS,
    MapOf(
        Either(
            Keys(
                {
                    "aliases": UNIQUE_TEXTS,
                    "driver_opts": Since(13, OPTIONS),
                    "ipv4_address": TEXT,
                    "ipv6_address": TEXT,
                },
                advice={"priority": "swarm has nothing like it; remove it"},
            ),
            Null(),
        ),
        OBJECT_NAME,
        "network's name",
    ),
)


_PORTS = ListOf(
    Either(
        WHOLE,
        TEXT,
        Keys(
            {
                "mode": Since(2, TEXT),
                "target": Since(2, INTEGER),
                "published": Since(2, INTEGER),
                "protocol": Since(2, TEXT),
            },
            advice={"host_ip": "services listen on all addresses of a node", "name": "swarm's ports have no name"},
        ),
    ),
    unique=True,
)

_MOUNTS = ListOf(
    Either(
        TEXT,
        Keys(
            {
                "type": Since(2, TEXT),
                "source": Since(2, TEXT),
                "target": Since(2, TEXT),
                "read_only": Since(2, FLAG),
                "consistency": Since(2, TEXT),
                "bind": Since(2, Keys({"propagation": TEXT}, closed_until=0)),
                "volume": Since(2, Keys({"nocopy": FLAG}, closed_until=0)),
                "tmpfs": Since(6, Keys({"size": Integer(0)}, closed_until=0)),
            },
            required=("type",),
        ),
    ),
)

_ULIMITS = MapOf(Either(WHOLE, Keys({"soft": WHOLE, "hard": WHOLE}, required=("soft", "hard"))), what="limit")

HEALTHCHECK = Keys(
    {
        "disable": FLAG,
        "interval": DURATION,
        "retries": Number(),
        "test": COMMAND,
        "timeout": DURATION,
        "start_period": Since(4, DURATION),
        "start_interval": Since(12, DURATION),
    }
)


def _update_config(order_since: int) -> Keys:
    return Keys(
        {
            "parallelism": INTEGER,
            "delay": DURATION,
            "failure_action": TEXT,
            "monitor": DURATION,
            "max_failure_ratio": Number(),
            "order": Since(order_since, Text(choices=("start-first", "stop-first"))),
        }
    )


_LIMITS = Keys(
    {"cpus": TEXT, "memory": TEXT, "pids": Since(9, INTEGER)},
)
_RESERVATIONS = Keys(
    {
        "cpus": TEXT,
        "memory": TEXT,
        "generic_resources": Since(
            5, ListOf(Keys({"discrete_resource_spec": Keys({"kind": TEXT, "value": Number()})}))
        ),
    },
    advice={
        "devices": "swarm offers GPUs as generic resources: generic_resources with discrete_resource_spec",
        "pids": "swarm can limit them, not reserve them: use limits.pids",
    },
)

DEPLOY: Kind = Either(
    Keys(
        {
            "mode": TEXT,
            "endpoint_mode": Since(2, TEXT),
            "replicas": INTEGER,
            "labels": PAIRS,
            "rollback_config": Since(7, _update_config(7)),
            "update_config": _update_config(4),
            "resources": Keys({"limits": _LIMITS, "reservations": _RESERVATIONS}),
            "restart_policy": Keys({"condition": TEXT, "delay": DURATION, "max_attempts": INTEGER, "window": DURATION}),
            "placement": Keys(
                {
                    "constraints": ListOf(TEXT),
                    "preferences": Since(3, ListOf(Keys({"spread": TEXT}))),
                    "max_replicas_per_node": Since(8, INTEGER),
                }
            ),
        }
    ),
    Null(),
)

SERVICE = Keys(
    {
        "build": _BUILD,
        "cap_add": UNIQUE_TEXTS,
        "cap_drop": UNIQUE_TEXTS,
        "cgroup_parent": TEXT,
        "cgroupns_mode": Since(9, TEXT),
        "command": COMMAND,
        "configs": Since(3, _FILE_REFERENCES),
        "container_name": TEXT,
        "credential_spec": Since(3, Keys({"config": Since(8, TEXT), "file": TEXT, "registry": TEXT})),
        "depends_on": UNIQUE_TEXTS,
        "deploy": DEPLOY,
        "devices": UNIQUE_TEXTS,
        "dns": TEXT_OR_TEXTS,
        "dns_opt": Since(TODAY, UNIQUE_TEXTS),
        "dns_search": TEXT_OR_TEXTS,
        "domainname": TEXT,
        "entrypoint": COMMAND,
        "env_file": TEXT_OR_TEXTS,
        "environment": PAIRS,
        "expose": ListOf(Either(TEXT, Number()), unique=True),
        "external_links": UNIQUE_TEXTS,
        "extra_hosts": PAIRS,
        "group_add": Since(TODAY, ListOf(Either(TEXT, WHOLE), unique=True)),
        "healthcheck": HEALTHCHECK,
        "hostname": TEXT,
        "image": TEXT,
        "init": Since(7, FLAG),
        "ipc": TEXT,
        "isolation": Since(5, TEXT),
        "labels": PAIRS,
        "links": UNIQUE_TEXTS,
        "logging": Keys({"driver": TEXT, "options": MapOf(SCALAR, ".*")}),
        "mac_address": TEXT,
        "network_mode": TEXT,
        "networks": _NETWORKS,
        "oom_score_adj": Since(13, INTEGER),
        "pid": Either(TEXT, Null()),
        "ports": _PORTS,
        "privileged": FLAG,
        "read_only": FLAG,
        "restart": TEXT,
        "secrets": Since(1, _FILE_REFERENCES),
        "security_opt": UNIQUE_TEXTS,
        "shm_size": Either(Number(), TEXT),
        "stdin_open": FLAG,
        "stop_grace_period": DURATION,
        "stop_signal": TEXT,
        "sysctls": PAIRS,
        "tmpfs": TEXT_OR_TEXTS,
        "tty": FLAG,
        "ulimits": _ULIMITS,
        "user": TEXT,
        "userns_mode": TEXT,
        "volumes": _MOUNTS,
        "working_dir": TEXT,
    },
    extensions=7,
    advice=_ADVICE,
)
