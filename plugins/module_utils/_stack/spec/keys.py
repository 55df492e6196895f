# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The table of compose keys: one row for each key, with everything that is known about it.

Everything that treats all keys alike uses this table: the check of the format, the casts of variables, the canonical
form, the specs, the gates by API version, the comparison, the words of reports, the advice, and the table in
docs/compose.md. A key whose value is more than copied has a conversion elsewhere, found by its path
(plugin_utils/_compose/normalise_service.py for its form, spec/service.py for its place in the spec).

To add a key: a row here, a conversion if it needs one, and a case in tests/parity/cases.

Keys and versions come from the official schemas (tests/unit/compose/schema_paths.txt), fields and API versions from
https://docs.docker.com/reference/api/engine/version-history/
"""

from __future__ import annotations

from typing import NamedTuple

COMPOSE = 99
"""`since` of keys that are not in the 3.x format and that the dialect `compose` reads."""

# The meaning of a zero value (0, false, "", an empty list), from "nothing" to "differs from no value".
NOTHING, IN_FORM, IN_SPEC, IN_ENGINE = range(4)

# What the docker CLI does with a key that has no effect.
WARNED, DEPRECATED, SILENT, REFUSED = "warned", "deprecated", "silent", "refused"

C = "TaskTemplate.ContainerSpec"
T = "TaskTemplate"


class Key(NamedTuple):
    """One compose key.

    Attributes:
        path: its place in the file; `*` is any name, `[]` any item of a list.
        kind: the type of its value in the 3.x format, one of the names in stack_dialect/kinds.py or several separated
            by `|`; empty for keys that are not checked against that format.
        since: n of the version 3.n that introduced it, or COMPOSE.
        field: its place in the Engine API body, empty if it has none.
        zero: the meaning of a zero value: NOTHING; IN_FORM, differs from no value until specs are created; IN_SPEC, in
            specs too; IN_ENGINE, also in an engine's answer.
        unordered: for lists whose order has no meaning, the fields that identify their items.
        api: the first Engine API version with the field; older engines silently ignore it.
        advice: why it has no effect in a swarm and what to use instead. Also applies to all keys below it.
        cli: what the docker CLI does with a key that has no effect: WARNED, DEPRECATED, SILENT or REFUSED.
        becomes: what it is converted to, if not to one field.
        compose: what the dialect `compose` accepts beyond the 3.x format.
    """

    path: str
    kind: str = ""
    since: int = 0
    field: str = ""
    zero: int = NOTHING
    unordered: tuple[str, ...] | None = None
    api: str = ""
    advice: str = ""
    cli: str = ""
    becomes: str = ""
    compose: str = ""


def place(key: Key) -> tuple[str, ...]:
    """The field of a key as a path, without the steps into the items of lists."""
    return tuple(part for part in key.field.split(".") if part != "[]")


_CPUS = "use deploy.resources.limits.cpus"
_MEMORY = "use deploy.resources.limits.memory"
_PULL = "swarm pulls by digest; see resolve_image"
_BUILD = "build and push the image first, and name it in `image`"
_GENERIC = "declare them as node-generic-resources of the engines and reserve them with generic_resources"
_NO_ADDRESSES = "addresses are given by swarm; use an alias"
_ONE_NETWORK = "create the network by hand and use external: true"
_SHARED = "define a volume under the top-level `volumes` and mount it in each service that shares it"
_NATIVE = "also numbers in quotes"
_WORDS = "also in quotes"
_SCALARS = "also booleans without quotes"


def _policy(side: str, order_since: int) -> tuple[Key, ...]:
    """The keys of update_config and rollback_config."""
    path, field = f"deploy.{side.lower()}_config", f"{side}Config"
    return (
        Key(path, "mapping", 7 if side == "Rollback" else 0, field=field, zero=IN_SPEC),
        Key(f"{path}.parallelism", "natural", field=f"{field}.Parallelism", zero=IN_SPEC, compose=_NATIVE),
        Key(f"{path}.delay", "duration", field=f"{field}.Delay"),
        Key(f"{path}.failure_action", "text", field=f"{field}.FailureAction"),
        Key(f"{path}.monitor", "duration", field=f"{field}.Monitor"),
        Key(f"{path}.max_failure_ratio", "ratio", field=f"{field}.MaxFailureRatio", compose=_NATIVE),
        Key(f"{path}.order", "order", order_since, field=f"{field}.Order"),
    )


def _file_references(section: str, since: int) -> tuple[Key, ...]:
    """The keys of a service's `configs` and `secrets`."""
    kind = section[:-1].capitalize()
    field = f"{C}.{kind}s"
    file = f"{field}.[].File"
    return (
        Key(section, "list", since, field=field, zero=IN_FORM, unordered=(f"{kind}Name",)),
        Key(f"{section}.[]", "text|mapping"),
        Key(f"{section}.[].source", "text", field=f"{field}.[].{kind}Name"),
        Key(f"{section}.[].target", "text", field=f"{file}.Name"),
        Key(f"{section}.[].uid", "text", field=f"{file}.UID"),
        Key(f"{section}.[].gid", "text", field=f"{file}.GID"),
        Key(f"{section}.[].mode", "count", field=f"{file}.Mode", zero=IN_FORM, compose="also octal in quotes"),
    )


def _discrete(path: str, field: str) -> tuple[Key, ...]:
    """The keys of an item of generic_resources."""
    path_inside, field_inside = f"{path}.discrete_resource_spec", f"{field}.DiscreteResourceSpec"
    return (
        Key(path, "mapping"),
        Key(path_inside, "mapping", field=field_inside, zero=IN_FORM),
        Key(f"{path_inside}.kind", "text", field=f"{field_inside}.Kind", zero=IN_FORM),
        Key(f"{path_inside}.value", "number", field=f"{field_inside}.Value", zero=IN_FORM),
    )


_SERVICE = (
    Key("annotations", advice="use labels"),
    Key("attach", advice="follow logs with docker service logs"),
    Key("blkio_config", advice="set limits in the engine on the nodes"),
    Key("build", "text|mapping", advice=_BUILD, cli=WARNED),
    Key("build.context", "text"),
    Key("build.dockerfile", "text"),
    Key("build.args", "pairs"),
    Key("build.labels", "pairs", 3),
    Key("build.cache_from", "set", 2),
    Key("build.network", "text", 4),
    Key("build.target", "text", 4),
    Key("build.shm_size", "integer|text", 5),
    Key("build.extra_hosts", "pairs", 9),
    Key("cap_add", "set", field=f"{C}.CapabilityAdd", unordered=(), api="1.41"),
    Key("cap_drop", "set", field=f"{C}.CapabilityDrop", unordered=(), api="1.41"),
    Key("cgroup", advice="set the engine's default-cgroupns-mode on the nodes"),
    Key("cgroup_parent", "text", advice="set the engine's cgroup-parent on the nodes", cli=WARNED),
    Key("cgroupns_mode", "text", 9, advice="set the engine's default-cgroupns-mode on the nodes", cli=WARNED),
    Key("command", "command", field=f"{C}.Args"),
    *_file_references("configs", 3),
    Key("container_name", "text", advice="swarm names the containers of a service", cli=DEPRECATED),
    Key("cpu_count", advice=_CPUS),
    Key("cpu_percent", advice=_CPUS),
    Key("cpu_period", advice=_CPUS),
    Key("cpu_quota", advice=_CPUS, cli=REFUSED),
    Key("cpu_rt_period", advice=_CPUS),
    Key("cpu_rt_runtime", advice=_CPUS),
    Key("cpu_shares", advice=_CPUS, cli=REFUSED),
    Key("cpus", advice=_CPUS),
    Key("cpuset", advice=_CPUS, cli=REFUSED),
    Key("credential_spec", "mapping", 3, field=f"{C}.Privileges.CredentialSpec"),
    Key("credential_spec.config", "text", 8, field=f"{C}.Privileges.CredentialSpec.Config", api="1.40"),
    Key("credential_spec.file", "text", field=f"{C}.Privileges.CredentialSpec.File"),
    Key("credential_spec.registry", "text", field=f"{C}.Privileges.CredentialSpec.Registry"),
    Key("depends_on", "set", becomes="the order of the deploy", compose="also a mapping, with conditions"),
    Key("depends_on.*.condition", becomes="what the deploy waits for before it goes on"),
    Key("depends_on.*.required", becomes="whether the other service may be missing from the project"),
    Key("depends_on.*.restart", advice="swarm restarts each service on its own"),
    Key("deploy", "mapping|empty"),
    Key("deploy.mode", "text", field="Mode"),
    Key("deploy.endpoint_mode", "text", 2, field="EndpointSpec.Mode"),
    Key("deploy.replicas", "natural", field="Mode.Replicated.Replicas", zero=IN_SPEC, compose=_NATIVE),
    Key("deploy.labels", "pairs", field="Labels", compose=_SCALARS),
    *_policy("Rollback", 7),
    *_policy("Update", 4),
    Key("deploy.resources", "mapping", field=f"{T}.Resources"),
    Key("deploy.resources.limits", "mapping", field=f"{T}.Resources.Limits", zero=IN_SPEC),
    Key("deploy.resources.limits.cpus", "cpus", field=f"{T}.Resources.Limits.NanoCPUs", compose="also numbers"),
    Key("deploy.resources.limits.memory", "size", field=f"{T}.Resources.Limits.MemoryBytes"),
    Key("deploy.resources.limits.pids", "integer", 9, field=f"{T}.Resources.Limits.Pids", api="1.41"),
    Key("deploy.resources.reservations", "mapping", field=f"{T}.Resources.Reservations", zero=IN_SPEC),
    Key(
        "deploy.resources.reservations.cpus",
        "cpus",
        field=f"{T}.Resources.Reservations.NanoCPUs",
        compose="also numbers",
    ),
    Key("deploy.resources.reservations.memory", "size", field=f"{T}.Resources.Reservations.MemoryBytes"),
    Key(
        "deploy.resources.reservations.generic_resources",
        "list",
        5,
        field=f"{T}.Resources.Reservations.GenericResources",
    ),
    *_discrete("deploy.resources.reservations.generic_resources.[]", f"{T}.Resources.Reservations.GenericResources.[]"),
    Key("deploy.resources.reservations.devices", advice=_GENERIC),
    Key("deploy.restart_policy", "mapping", field=f"{T}.RestartPolicy", zero=IN_SPEC),
    Key("deploy.restart_policy.condition", "text", field=f"{T}.RestartPolicy.Condition"),
    Key("deploy.restart_policy.delay", "duration", field=f"{T}.RestartPolicy.Delay", zero=IN_ENGINE),
    Key("deploy.restart_policy.max_attempts", "natural", field=f"{T}.RestartPolicy.MaxAttempts", zero=IN_SPEC),
    Key("deploy.restart_policy.window", "duration", field=f"{T}.RestartPolicy.Window", zero=IN_SPEC),
    Key("deploy.placement", "mapping", field=f"{T}.Placement"),
    Key("deploy.placement.constraints", "list", field=f"{T}.Placement.Constraints", unordered=()),
    Key("deploy.placement.constraints.[]", "text"),
    Key("deploy.placement.preferences", "list", 3, field=f"{T}.Placement.Preferences"),
    Key("deploy.placement.preferences.[]", "mapping"),
    Key(
        "deploy.placement.preferences.[].spread",
        "text",
        field=f"{T}.Placement.Preferences.[].Spread.SpreadDescriptor",
    ),
    Key(
        "deploy.placement.max_replicas_per_node",
        "natural",
        8,
        field=f"{T}.Placement.MaxReplicas",
        api="1.40",
    ),
    Key("develop", advice="it is for development on one machine"),
    Key("device_cgroup_rules", advice="use generic resources"),
    Key(
        "devices",
        "set",
        advice="use generic resources, or a node label with a placement constraint and a bind mount",
        cli=WARNED,
    ),
    Key("dns", "text|set", field=f"{C}.DNSConfig.Nameservers"),
    Key("dns_opt", "set", COMPOSE, field=f"{C}.DNSConfig.Options"),
    Key("dns_search", "text|set", field=f"{C}.DNSConfig.Search"),
    Key("domainname", "text", advice="put the whole name into `hostname`", cli=WARNED),
    Key("entrypoint", "command", field=f"{C}.Command"),
    Key("env_file", "text|set", becomes="joins `environment`", compose="also with path, required and format"),
    Key("env_file.[].path", becomes="joins `environment`"),
    Key("env_file.[].required", becomes="whether the file may be missing"),
    Key("env_file.[].format", becomes="how the file is read"),
    Key("environment", "pairs", field=f"{C}.Env", unordered=(), compose=_SCALARS),
    Key(
        "expose",
        "exposed",
        advice="services on a network reach each other on every port",
        cli=DEPRECATED,
    ),
    Key(
        "extends",
        advice="extends is not supported; use several files, or YAML anchors",
        cli=REFUSED,
        becomes="joins the service",
    ),
    Key("extends.service", becomes="joins the service"),
    Key("extends.file", becomes="joins the service"),
    Key("external_links", "set", advice="attach both services to a network", cli=WARNED),
    Key("extra_hosts", "pairs", field=f"{C}.Hosts"),
    Key("gpus", advice="use deploy.resources.reservations.generic_resources"),
    Key("group_add", "groups", COMPOSE, field=f"{C}.Groups", unordered=()),
    Key("healthcheck", "mapping", field=f"{C}.Healthcheck", zero=IN_SPEC),
    Key("healthcheck.disable", "flag", becomes="a test NONE", compose=_WORDS),
    Key("healthcheck.interval", "duration", field=f"{C}.Healthcheck.Interval", zero=IN_FORM),
    Key("healthcheck.retries", "count", field=f"{C}.Healthcheck.Retries", zero=IN_FORM, compose=_NATIVE),
    Key("healthcheck.test", "command", field=f"{C}.Healthcheck.Test"),
    Key("healthcheck.timeout", "duration", field=f"{C}.Healthcheck.Timeout", zero=IN_FORM),
    Key("healthcheck.start_period", "duration", 4, field=f"{C}.Healthcheck.StartPeriod", zero=IN_FORM),
    Key(
        "healthcheck.start_interval",
        "duration",
        12,
        field=f"{C}.Healthcheck.StartInterval",
        zero=IN_FORM,
        api="1.44",
    ),
    Key("hostname", "text", field=f"{C}.Hostname"),
    Key("image", "text", field=f"{C}.Image"),
    Key("init", "flag", 7, field=f"{C}.Init", zero=IN_ENGINE, api="1.37", compose=_WORDS),
    Key("ipc", "text", advice="share files through a volume", cli=WARNED),
    Key("isolation", "text", 5, field=f"{C}.Isolation"),
    Key(
        "label_file",
        advice="it is not part of the 3.x format; write the labels under `labels`",
        becomes="joins `labels`",
    ),
    Key("labels", "pairs", field=f"{C}.Labels", compose=_SCALARS),
    Key("links", "set", advice="attach both services to a network; names resolve there", cli=WARNED),
    Key("logging", "mapping", field=f"{T}.LogDriver", zero=IN_SPEC),
    Key("logging.driver", "text", field=f"{T}.LogDriver.Name"),
    Key("logging.options", "scalars", field=f"{T}.LogDriver.Options", zero=IN_FORM, compose=_SCALARS),
    Key("mac_address", "text", advice="addresses are given by swarm", cli=WARNED),
    Key("mem_limit", advice=_MEMORY, cli=REFUSED),
    Key("mem_reservation", advice="use deploy.resources.reservations.memory"),
    Key("mem_swappiness", advice="set it on the nodes"),
    Key("memswap_limit", advice=_MEMORY, cli=REFUSED),
    Key("models", advice="run the model as a service and name it in the environment"),
    Key(
        "network_mode",
        "text",
        advice="attach the service to an external network named host or none",
        cli=WARNED,
    ),
    Key("networks", "set|names", field=f"{T}.Networks", unordered=("Target",)),
    Key("networks.*", "mapping|empty"),
    Key("networks.*.aliases", "set", field=f"{T}.Networks.[].Aliases", unordered=()),
    Key("networks.*.driver_opts", "options", 13, field=f"{T}.Networks.[].DriverOpts"),
    Key("networks.*.ipv4_address", "text", advice=_NO_ADDRESSES, cli=SILENT),
    Key("networks.*.ipv6_address", "text", advice=_NO_ADDRESSES, cli=SILENT),
    Key("networks.*.gw_priority", advice="swarm chooses the gateway"),
    Key("networks.*.interface_name", advice="swarm names the interfaces"),
    Key("networks.*.link_local_ips", advice=_NO_ADDRESSES),
    Key("networks.*.mac_address", advice=_NO_ADDRESSES),
    Key("networks.*.priority", advice="swarm chooses the order"),
    Key("oom_kill_disable", advice=_MEMORY),
    Key("oom_score_adj", "integer", 13, advice="the docker CLI drops it", cli=SILENT),
    Key("pid", "text|empty", advice="swarm tasks have a PID namespace of their own", cli=WARNED),
    Key("pids_limit", advice="use deploy.resources.limits.pids"),
    Key("platform", advice="use a placement constraint such as node.platform.arch == x86_64"),
    Key(
        "ports",
        "distinct",
        field="EndpointSpec.Ports",
        zero=IN_FORM,
        unordered=("PublishedPort", "TargetPort", "Protocol"),
    ),
    Key("ports.[]", "whole|text|mapping"),
    Key("ports.[].mode", "text", 2, field="EndpointSpec.Ports.[].PublishMode"),
    Key("ports.[].target", "natural", 2, field="EndpointSpec.Ports.[].TargetPort", compose=_NATIVE),
    Key("ports.[].published", "natural", 2, field="EndpointSpec.Ports.[].PublishedPort", compose=_NATIVE),
    Key("ports.[].protocol", "text", 2, field="EndpointSpec.Ports.[].Protocol"),
    Key("ports.[].app_protocol", advice="it informs nobody in a swarm"),
    Key("ports.[].host_ip", advice="services listen on all addresses of a node"),
    Key("ports.[].name", advice="swarm's ports have no name"),
    Key("post_start", advice="do it in the image's entrypoint"),
    Key("pre_stop", advice="do it in the image's entrypoint, on the stop signal"),
    Key("privileged", "flag", advice="use cap_add for the capabilities that are needed", cli=WARNED),
    Key(
        "profiles",
        advice="profiles are not part of the 3.x format; put optional services into a file of their own",
        becomes="whether the service is in the project",
    ),
    Key("provider", advice="create what it provides beforehand, and name it in the environment"),
    Key("pull_policy", advice=_PULL),
    Key("pull_refresh_after", advice=_PULL),
    Key("read_only", "flag", field=f"{C}.ReadOnly", compose=_WORDS),
    Key("restart", "text", becomes="deploy.restart_policy, where that is not set"),
    Key("runtime", advice="set the engine's default-runtime on the nodes"),
    Key("scale", advice="use deploy.replicas", becomes="deploy.replicas"),
    *_file_references("secrets", 1),
    Key("security_opt", "set", advice="set profiles as defaults of the engine on the nodes", cli=WARNED),
    Key("shm_size", "number|text", advice="mount a tmpfs volume at /dev/shm with tmpfs.size", cli=WARNED),
    Key("stdin_open", "flag", field=f"{C}.OpenStdin", compose=_WORDS),
    Key("stop_grace_period", "duration", field=f"{C}.StopGracePeriod", zero=IN_ENGINE),
    Key("stop_signal", "text", field=f"{C}.StopSignal"),
    Key("storage_opt", advice="set storage options of the engine on the nodes"),
    Key("sysctls", "pairs", field=f"{C}.Sysctls", api="1.40", compose=_SCALARS),
    Key("tmpfs", "text|set", becomes="nothing in the dialect stack, mounts of the type tmpfs in compose", cli=SILENT),
    Key("tty", "flag", field=f"{C}.TTY", compose=_WORDS),
    Key("ulimits", "names", field=f"{C}.Ulimits", unordered=("Name",), api="1.41"),
    Key("ulimits.*", "whole|mapping", compose=_NATIVE),
    Key("ulimits.*.hard", "whole", field=f"{C}.Ulimits.[].Hard"),
    Key("ulimits.*.soft", "whole", field=f"{C}.Ulimits.[].Soft"),
    Key("use_api_socket", advice="mount /var/run/docker.sock, on managers only"),
    Key("user", "text", field=f"{C}.User"),
    Key("userns_mode", "text", advice="set userns-remap of the engine on the nodes", cli=WARNED),
    Key("uts", advice="set `hostname`"),
    Key(
        "volume_driver", advice="define a volume under the top-level `volumes` and set its `driver` there", cli=REFUSED
    ),
    Key("volumes", "list", field=f"{C}.Mounts", zero=IN_FORM, unordered=("Target",)),
    Key("volumes.[]", "text|mapping"),
    Key("volumes.[].type", "text", 2, field=f"{C}.Mounts.[].Type"),
    Key("volumes.[].source", "text", 2, field=f"{C}.Mounts.[].Source"),
    Key("volumes.[].target", "text", 2, field=f"{C}.Mounts.[].Target"),
    Key("volumes.[].read_only", "flag", 2, field=f"{C}.Mounts.[].ReadOnly", compose=_WORDS),
    Key("volumes.[].consistency", "text", 2, field=f"{C}.Mounts.[].Consistency"),
    Key("volumes.[].bind", "mapping", 2, field=f"{C}.Mounts.[].BindOptions", zero=IN_SPEC),
    Key("volumes.[].bind.propagation", "text", field=f"{C}.Mounts.[].BindOptions.Propagation"),
    Key("volumes.[].bind.create_host_path", advice="make sure that the directory exists on each node"),
    Key("volumes.[].bind.recursive", advice="swarm mounts what is below, too"),
    Key("volumes.[].bind.selinux", advice="label the directory on each node"),
    Key("volumes.[].volume", "mapping", 2, field=f"{C}.Mounts.[].VolumeOptions", zero=IN_SPEC),
    Key("volumes.[].volume.nocopy", "flag", field=f"{C}.Mounts.[].VolumeOptions.NoCopy", compose=_WORDS),
    Key("volumes.[].volume.labels", advice="write them under the top-level volumes"),
    Key("volumes.[].volume.subpath", "text|empty", field=f"{C}.Mounts.[].VolumeOptions.Subpath", api="1.45"),
    Key("volumes.[].tmpfs", "mapping", 6, field=f"{C}.Mounts.[].TmpfsOptions", zero=IN_SPEC),
    Key("volumes.[].tmpfs.size", "size_number", field=f"{C}.Mounts.[].TmpfsOptions.SizeBytes", compose="also 64m"),
    Key("volumes.[].tmpfs.mode", advice="the docker CLI drops it"),
    Key("volumes.[].image", "mapping", COMPOSE, field=f"{C}.Mounts.[].ImageOptions", zero=IN_SPEC),
    Key("volumes.[].image.subpath", "text", COMPOSE, field=f"{C}.Mounts.[].ImageOptions.Subpath", api="1.48"),
    Key("volumes_from", advice=_SHARED, cli=REFUSED),
    Key("working_dir", "text", field=f"{C}.Dir"),
)


def _external(section: str) -> tuple[Key, ...]:
    """The keys that set the name of an object, or that it is external."""
    name_since = 4 if section == "volumes" else 5
    becomes = f"a {section[:-1]} that is not created"
    return (
        Key(f"{section}.*.name", "text", name_since, becomes=f"the {section[:-1]}'s name in the swarm"),
        Key(f"{section}.*.external", "flag|mapping", becomes=becomes, compose=_WORDS),
        Key(f"{section}.*.external.name", "text", becomes=f"the {section[:-1]}'s name in the swarm"),
    )


_OBJECTS = (
    Key("version", "text", becomes="the format's version in the dialect stack, nothing in compose"),
    Key(
        "name",
        advice="it is not part of the 3.x format; the stack's name is given with the deploy",
        becomes="the stack's name, where the deploy gives none",
    ),
    Key(
        "include",
        advice="it is not part of the 3.x format; list several files instead",
        becomes="projects that join this one",
    ),
    Key("include.[].path", becomes="projects that join this one"),
    Key("include.[].project_directory", becomes="where relative paths in them begin"),
    Key("include.[].env_file", becomes="the variables they are read with"),
    Key("models", advice="run the model as a service and name it in the environment"),
    Key("services", "names"),
    Key("services.*", "mapping"),
    Key("networks", "names"),
    Key("networks.*", "mapping|empty"),
    *_external("networks"),
    Key("networks.*.driver", "text", field="Driver"),
    Key("networks.*.driver_opts", "options", field="Options"),
    Key("networks.*.ipam", "mapping", field="IPAM"),
    Key("networks.*.ipam.driver", "text", field="IPAM.Driver"),
    Key("networks.*.ipam.config", "list", field="IPAM.Config"),
    Key("networks.*.ipam.config.[]", "mapping"),
    Key("networks.*.ipam.config.[].subnet", "text", field="IPAM.Config.[].Subnet"),
    Key("networks.*.ipam.config.[].ip_range", "text", COMPOSE, field="IPAM.Config.[].IPRange"),
    Key("networks.*.ipam.config.[].gateway", "text", COMPOSE, field="IPAM.Config.[].Gateway"),
    Key("networks.*.ipam.config.[].aux_addresses", "addresses", COMPOSE, field="IPAM.Config.[].AuxiliaryAddresses"),
    Key("networks.*.ipam.options", advice=_ONE_NETWORK),
    Key("networks.*.internal", "flag", field="Internal", compose=_WORDS),
    Key("networks.*.attachable", "flag", 2, field="Attachable", compose=_WORDS),
    Key("networks.*.enable_ipv4", advice=_ONE_NETWORK),
    Key("networks.*.enable_ipv6", "flag", COMPOSE, field="EnableIPv6", compose=_WORDS),
    Key("networks.*.labels", "pairs", field="Labels", compose=_SCALARS),
    Key("volumes", "names"),
    Key("volumes.*", "mapping|empty"),
    *_external("volumes"),
    Key("volumes.*.driver", "text", becomes="the driver of mounts of the volume"),
    Key("volumes.*.driver_opts", "options", becomes="the options of that driver"),
    Key("volumes.*.labels", "pairs", becomes="the labels of mounts of the volume", compose=_SCALARS),
    Key(
        "volumes.*.x-cluster-spec",
        "mapping",
        7,
        advice="create the cluster volume by hand and mount it with type: cluster",
        cli=SILENT,
    ),
    Key("secrets", "names", 1),
    Key("secrets.*", "mapping"),
    *_external("secrets"),
    Key("secrets.*.file", "text", field="Data"),
    Key("secrets.*.environment", field="Data"),
    Key("secrets.*.labels", "pairs", field="Labels", compose=_SCALARS),
    Key("secrets.*.driver", "text", 8, field="Driver.Name"),
    Key("secrets.*.driver_opts", "options", 8, field="Driver.Options"),
    Key("secrets.*.template_driver", "text", 8, field="Templating.Name"),
    Key("configs", "names", 3),
    Key("configs.*", "mapping"),
    *_external("configs"),
    Key("configs.*.file", "text", field="Data"),
    Key("configs.*.content", field="Data"),
    Key("configs.*.environment", field="Data"),
    Key("configs.*.labels", "pairs", field="Labels", compose=_SCALARS),
    Key("configs.*.template_driver", "text", 8, field="Templating.Name"),
)

SERVICE_KEYS: dict[str, Key] = {key.path: key for key in _SERVICE}
"""The keys of a service, by their path in it."""

KEYS: dict[str, Key] = {
    **{key.path: key for key in _OBJECTS},
    **{f"services.*.{path}": key._replace(path=f"services.*.{path}") for path, key in SERVICE_KEYS.items()},
}
"""All keys, by their path in the file."""
