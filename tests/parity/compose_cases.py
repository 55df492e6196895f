"""Projects by the thousand, made from a seed: pairs of files, bases and what extends them, profiles, includes, files
of variables. Each says in `about` what it was made of."""

from __future__ import annotations

import json
import posixpath
import random
from collections.abc import Iterator
from typing import Any

from compose_oracle import Question

Json = dict[str, Any]


class Tagged:
    """A value behind `!reset` or `!override`."""

    def __init__(self, tag: str, value: Any) -> None:
        self.tag = tag
        self.value = value


def written(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, Tagged):
        return f"{value.tag} {written(value.value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return json.dumps(value)


VALUES: dict[str, list[Any]] = {
    "cap_add": [["A"], ["A", "B"], ["B", "C"], []],
    "cap_drop": [["A"], ["ALL"]],
    "command": ["a b", ["x", "y z"], [], "", None, 'sh -c "a; b"'],
    "configs": [
        ["c1"],
        ["c2"],
        [{"source": "c1", "target": "/t"}],
        [{"source": "c2", "target": "/t", "mode": 288}],
        [],
    ],
    "credential_spec": [{"config": "c1"}, {"config": "c2"}],
    "depends_on": [
        ["other"],
        ["other", "third"],
        {"other": {"condition": "service_healthy"}},
        {"third": {"condition": "service_completed_successfully", "required": False}},
        {"other": {"condition": "service_started", "restart": True}},
    ],
    "deploy": [
        {"replicas": 2},
        {"replicas": "0"},
        {"mode": "global"},
        {"labels": {"a": "1", "b": None}},
        {"labels": ["a=2", "c"]},
        {"endpoint_mode": "dnsrr"},
        {"placement": {"constraints": ["node.role==manager"], "preferences": [{"spread": "node.labels.z"}]}},
        {"placement": {"constraints": ["node.labels.q==1"], "max_replicas_per_node": 3}},
        {"resources": {"limits": {"cpus": "0.5", "memory": "64m", "pids": 10}}},
        {"resources": {"limits": {"memory": "1g"}, "reservations": {"cpus": 0.25, "memory": "32m"}}},
        {
            "resources": {
                "reservations": {"generic_resources": [{"discrete_resource_spec": {"kind": "gpu", "value": 1}}]}
            }
        },
        {"update_config": {"parallelism": 2, "delay": "1m30s", "order": "start-first", "max_failure_ratio": 0.5}},
        {"update_config": {"parallelism": 0, "failure_action": "rollback", "monitor": "1d"}},
        {"rollback_config": {"parallelism": "1", "delay": "5s"}},
        {"restart_policy": {"condition": "on-failure", "max_attempts": 3, "delay": "5s", "window": "2m"}},
        {"restart_policy": {"condition": "any", "max_attempts": 0}},
        {"x-note": 1, "replicas": 1},
        None,
    ],
    "dns": ["1.1.1.1", ["1.1.1.1", "8.8.8.8"], "8.8.8.8", [], ""],
    "dns_opt": [["ndots:1"], ["ndots:1", "use-vc"]],
    "dns_search": ["a.example", ["a.example", "b.example"]],
    "entrypoint": ["run it", ["run", "it"], [], ""],
    "env_file": [
        "one.env",
        ["one.env", "two.env"],
        [{"path": "two.env", "required": False}],
        ["two.env", "one.env"],
        "./one.env",
    ],
    "environment": [
        {"A": "1", "B": None, "C": True, "D": 1.5},
        {"A": "", "E": "$GIVEN", "F": "${UNSET:-d}"},
        ["A=2", "G", "H=a=b"],
        ["GIVEN", "A"],
        {"GIVEN": None, "A": 0},
        [],
        {},
    ],
    "expose": [["80"], [80, "90/udp"]],
    "extra_hosts": [["a:1.1.1.1"], {"a": "2.2.2.2", "b": "::1"}, ["b=3.3.3.3", "c:[::1]"]],
    "group_add": [["g"], [1, "h"]],
    "healthcheck": [
        {"test": "curl x", "interval": "5s", "retries": 3},
        {"test": ["CMD", "a", "b"], "timeout": "1m"},
        {"disable": True},
        {"disable": "false", "start_period": "1d"},
        {"test": ["NONE"]},
        {"retries": "0", "start_interval": "2s", "x-note": True},
    ],
    "hostname": ["h", "i"],
    "init": [True, False, "true"],
    "labels": [{"a": "1", "b": None, "c": True}, ["a=2", "d", "e=f=g"], {"a": None}, [], {"n": 1}],
    "logging": [
        {"driver": "json-file", "options": {"max-size": "1m"}},
        {"driver": "json-file", "options": {"max-file": 3}},
        {"driver": "syslog"},
        {"options": {"tag": "x"}},
        {"driver": "syslog", "options": {"max-size": "2m"}},
    ],
    "networks": [
        ["front"],
        ["front", "back"],
        {"back": {"aliases": ["q"]}},
        {"back": {"aliases": ["q", "r"]}, "front": None},
        {"front": {"aliases": ["s"], "driver_opts": {"o": 1}}},
        {"front": {"x-note": 1}},
        {},
    ],
    "ports": [
        ["80"],
        [80, "443:443"],
        ["8080:80"],
        ["8080:80/udp", "53:53/udp"],
        [{"target": 80, "published": "8080", "mode": "host"}],
        [{"target": "90", "published": "9090", "protocol": "udp"}],
        ["3000-3002:3000-3002"],
        ["3001:3001", "3000:3000"],
        ["127.0.0.1:8080:80"],
        ["0.0.0.0:8080:80"],
        [{"target": 80, "name": "web", "app_protocol": "http"}],
        [],
    ],
    "read_only": [True, False, "yes"],
    "secrets": [["s1"], ["s2"], [{"source": "s1", "target": "t"}], [{"source": "s2", "target": "t", "uid": "5"}]],
    "stdin_open": [True, False],
    "stop_grace_period": ["10s", "1m30s", "1d", "1w2d12h"],
    "stop_signal": ["SIGINT", "SIGTERM"],
    "sysctls": [{"net.a": 1, "net.b": "2"}, ["net.a=3", "net.c=4"]],
    "tmpfs": ["/run", ["/run:size=1m", "/tmp2"], ["/tmp2"]],
    "tty": [True, False, "no"],
    "ulimits": [
        {"nofile": 5},
        {"nofile": {"soft": 1, "hard": 2}},
        {"nofile": {"soft": "3", "hard": 4}, "nproc": "7"},
    ],
    "user": ["u", "1000:1000", ""],
    "volumes": [
        ["data:/data"],
        ["data:/data:ro", "./conf:/conf"],
        ["./other:/data"],
        [{"type": "volume", "source": "more", "target": "/data", "volume": {"nocopy": "true"}}],
        [{"type": "bind", "source": "./x", "target": "/conf", "read_only": "true", "bind": {"propagation": "rslave"}}],
        [{"type": "tmpfs", "target": "/cache", "tmpfs": {"size": "10m"}}],
        ["more:/data/:nocopy", "~/home:/home", "/abs:/abs"],
        ["/anonymous"],
        [],
    ],
    "working_dir": ["/w", "/v"],
    # Keys that swarm has nothing for must not stand in the way.
    "build": [".", {"context": "./b", "args": {"A": 1}}, {"target": "t", "args": ["B=2"]}],
    "container_name": ["name", "other-name"],
    "privileged": [True, "false"],
    "restart": ["always", "no", "unless-stopped", "on-failure:3"],
    "x-note": [1, {"a": ["b"]}, "text"],
}

OBJECTS: dict[str, list[Json]] = {
    "networks": [
        {"front": {"driver": "overlay", "labels": {"a": "1"}}},
        {"front": {"labels": ["b=2"], "driver_opts": {"x": 1}}},
        {"front": {"attachable": "true", "internal": False}},
        {"front": {"attachable": False, "enable_ipv6": "${V6:-true}"}},
        {"front": {"ipam": {"config": [{"subnet": "10.1.0.0/24", "x-note": 1}], "x-note": 1}}},
        {"front": {"ipam": {"driver": "default", "config": [{"subnet": "10.2.0.0/24", "gateway": "10.2.0.1"}]}}},
        {"back": {"name": "elsewhere", "external": True}},
        {"front": None},
        {"back": {"x-note": 1, "driver": "overlay"}},
    ],
    "volumes": [
        {"data": {"driver": "local", "driver_opts": {"type": "nfs", "o": "addr=x"}}},
        {"data": {"labels": {"a": None}}},
        {"data": {"driver_opts": {"o": "rw"}, "labels": ["a=b"]}},
        {"data": {"driver": "local", "driver_opts": {"o": "bind", "type": "none", "device": "./bound"}}},
        {"more": {"external": "true"}},
        {"more": {"name": "named-$GIVEN"}},
    ],
    "configs": [
        {"c1": {"file": "./other.conf"}},
        {"c1": {"labels": {"a": 1}}},
        {"c2": {"file": "./c2.conf", "template_driver": "golang"}},
    ],
    "secrets": [{"s1": {"file": "./other.txt"}}, {"s1": {"labels": ["a=b"]}}],
}

_COMMON: Json = {
    "networks": {"front": None, "back": None},
    "volumes": {"data": None, "more": None},
    "configs": {"c1": {"file": "./c1.conf"}, "c2": {"content": "text $$x ${GIVEN}"}},
    "secrets": {"s1": {"file": "./s1.txt"}, "s2": {"environment": "GIVEN"}},
}
_OTHERS: Json = {"other": {"image": "o"}, "third": {"image": "t"}}
_FILES = {
    "one.env": "A=file\nONE=1\nR=${A}-$GIVEN\n",
    "two.env": "A='two'\nTWO=\"x\\ty\"\nR=${ONE}\n",
    **dict.fromkeys(("c1.conf", "c2.conf", "other.conf", "s1.txt", "other.txt"), "content"),
}
ENVIRONMENT = {"GIVEN": "given"}


def _subdirectory(files: dict[str, str]) -> dict[str, str]:
    return {**files, **{f"sub/{name}": text for name, text in files.items()}}


def service(chance: random.Random, keys: list[str], tags: float = 0.0) -> Json:
    """A service with a value for each of some keys; `tags` is how often one stands behind a tag."""
    result: Json = {}
    for key in keys:
        value = chance.choice(VALUES[key])
        if chance.random() < tags:
            value = Tagged(chance.choice(("!reset", "!override")), value)
        result[key] = value
    return result


def _keys(chance: random.Random, known: list[str] | None = None) -> list[str]:
    """Some keys, most of them among those that are known already."""
    names = list(VALUES)
    if known is None:
        return chance.sample(names, chance.randint(1, 6))
    again = [key for key in known if chance.random() < 0.8]
    return list(dict.fromkeys([*again, *chance.sample(names, chance.randint(0, 2))]))


def merges(chance: random.Random, count: int) -> Iterator[Question]:
    """Two files, sometimes three, or one of several documents."""
    for _ in range(count):
        keys = _keys(chance)
        parts: list[Json] = [{"services": {"web": {"image": "i", **service(chance, keys)}, **_OTHERS}, **_COMMON}]
        for _more in range(chance.choice((1, 1, 1, 2))):
            part: Json = {"services": {"web": service(chance, _keys(chance, keys), tags=0.15)}}
            section = chance.choice([*OBJECTS, ""])
            if section:
                part[section] = chance.choice(OBJECTS[section])
            parts.append(part)
        texts = [written(part) for part in parts]
        if chance.random() < 0.1:
            main = {"a.yml": "\n---\n".join(texts) + "\n"}
        else:
            main = {f"{number}.yml": text + "\n" for number, text in enumerate(texts)}
        yield Question({**_FILES, **main}, tuple(main), ENVIRONMENT, about="merge")


def extensions(chance: random.Random, count: int) -> Iterator[Question]:
    """A service and its base, in one file or two, sometimes with a base of the base."""
    for _ in range(count):
        keys = _keys(chance)
        base = {"image": "i", **service(chance, keys)}
        bases: Json = {"base": base}
        if chance.random() < 0.3:
            bases = {"root": base, "base": {"extends": "root", **service(chance, _keys(chance, keys), tags=0.1)}}
        own = service(chance, _keys(chance, keys), tags=0.15)
        if chance.random() < 0.5:
            other = {"services": {**bases, **_OTHERS}, "configs": {"c1": {"file": "./theirs"}}}
            file = chance.choice(("sub/base.yml", "sub/base.yml", "base.yml", "./base.yml", "sub/../base.yml"))
            own = {"extends": {"file": file, "service": "base"}, **own}
            files = {posixpath.normpath(file): written(other) + "\n"}
            services = {"web": own, **_OTHERS}
        else:
            files = {}
            services = {"web": {"extends": chance.choice(("base", {"service": "base"})), **own}, **bases, **_OTHERS}
        files["a.yml"] = written({"services": services, **_COMMON}) + "\n"
        yield Question({**_subdirectory(_FILES), **files}, ("a.yml",), ENVIRONMENT, about="extends")


def profiles(chance: random.Random, count: int) -> Iterator[Question]:
    """Services with and without profiles over several files, with order and bases among them."""
    names = ("a", "b", "c", "d")
    lists: list[Any] = [None, [], ["p"], ["q"], ["p", "q"]]
    for _ in range(count):
        parts: list[Json] = []
        for number in range(chance.choice((1, 2, 2, 3))):
            services: Json = {}
            for name in names:
                item: Json = {"image": f"i{number}"} if number == 0 else {}
                chosen = chance.choice(lists)
                if chosen is not None and (number == 0 or chance.random() < 0.5):
                    item["profiles"] = Tagged("!override", chosen) if number and chance.random() < 0.3 else chosen
                if number == 0 and chance.random() < 0.4:
                    item["env_file"] = chance.choice(("one.env", "gone.env"))
                if chance.random() < 0.3:
                    item["depends_on"] = {
                        chance.choice([other for other in names if other > name] or ["a"]): {
                            "condition": "service_started",
                            "required": chance.choice((True, True, False)),
                        }
                    }
                    if name == "d":
                        del item["depends_on"]
                if number == 0 and name == "a" and chance.random() < 0.3:
                    item["extends"] = "b"
                if number == 0 and chance.random() < 0.2:
                    item["configs"] = ["c1"]
                services[name] = item
            parts.append({"services": services, **(_COMMON if number == 0 else {})})
        main = {f"{number}.yml": written(part) + "\n" for number, part in enumerate(parts)}
        active = chance.choice(((), (), ("p",), ("q",), ("p", "q"), ("*",)))
        variables = {**ENVIRONMENT, **({"COMPOSE_PROFILES": "q"} if chance.random() < 0.1 else {})}
        yield Question({**_FILES, **main}, tuple(main), variables, active, about="profiles")


def includes(chance: random.Random, count: int) -> Iterator[Question]:
    """Projects that include others, with directories and variables of their own."""
    for _ in range(count):
        mine = {"image": "i-$Q", **service(chance, _keys(chance))}
        theirs = {"image": "j-$Q", **service(chance, _keys(chance))}
        override = {"services": {"their": service(chance, _keys(chance, list(theirs)[1:]), tags=0.1)}}
        entry: Any = chance.choice(
            (
                "sub/inc.yml",
                {"path": "sub/inc.yml"},
                {"path": ["sub/inc.yml", "sub/over.yml"]},
                {"path": "sub/inc.yml", "project_directory": "."},
                {"path": "sub/inc.yml", "env_file": "inc.env"},
                {"path": ["sub/inc.yml"], "env_file": ["inc.env", "inc2.env"], "project_directory": "sub"},
                "sub/outer.yml",
                {"path": "sub/outer.yml", "project_directory": "."},
                "beside.yml",
            )
        )
        entries = [entry, "sub/inc.yml"] if chance.random() < 0.2 else [entry]
        section = chance.choice([*OBJECTS, "", "", "", ""])
        objects: Json = {section: chance.choice(OBJECTS[section])} if section else {}
        # Objects of both that differ are refused.
        common = {key: value for key, value in _COMMON.items() if key != section or chance.random() < 0.2}
        main: Json = {"include": entries, "services": {"web": mine, **_OTHERS}, **common}
        files = {
            "a.yml": written(main) + "\n",
            "b.yml": written(override) + "\n",
            "sub/inc.yml": written({"services": {"their": theirs}, **objects}) + "\n",
            "sub/outer.yml": written({"include": [{"path": "../sub/inc.yml", "project_directory": "."}]}) + "\n",
            "beside.yml": written({"services": {"their": theirs}, **objects}) + "\n",
            "sub/over.yml": written(override) + "\n",
            "sub/.env": "Q=sub\n",
            "inc.env": "Q=inc\n",
            "inc2.env": "Q=inc2\nG=g\n",
            **({".env": "Q=top\n"} if chance.random() < 0.5 else {}),
        }
        asked = ("a.yml", "b.yml") if chance.random() < 0.4 else ("a.yml",)
        yield Question({**_subdirectory(_FILES), **files}, asked, ENVIRONMENT, about="include")


_PIECES = ["$", "{", "}", "$$", "${", "A", "U", "E", ":-", "-", "?", ":?", "+", ":+", " ", "x", "\n", '"', "${A}"]
_PIECES += ["$A", "${U:-", "${U:-d}", "{{", "}}", "1", "\\", "{}", ":", "${A:+", "${E-", "é"]
TEXT_ENVIRONMENT = {"A": "va", "E": "", "J": '{"x": 1}'}


def texts(chance: random.Random, count: int) -> Iterator[Question]:
    """Values with variables in them."""
    for _ in range(count):
        text = "".join(chance.choice(_PIECES) for _ in range(chance.randint(1, 9)))
        project = {"services": {"web": {"image": "i", "labels": {"x": text}}}}
        yield Question({"a.yml": written(project) + "\n"}, ("a.yml",), TEXT_ENVIRONMENT, about=repr(text))


_LINES = ["A", "B", "=", "=", "\n", '"', "'", " ", "#", " #", "\\", "$", "$A", "${U:-d}", "\\n", "\\$", "x", "1", ":"]
_LINES += ["\t", "export ", "{", "}", '\\"', "A=", "B=", 'C="', '"\n', "D='", "'\n", "\r\n", "\\0101", "\\d"]


def variable_files(chance: random.Random, count: int) -> Iterator[Question]:
    """Files of variables, of services."""
    for _ in range(count):
        text = "".join(chance.choice(_LINES) for _ in range(chance.randint(1, 9))) + "\n"
        env_file: Any = "x.env" if chance.random() < 0.8 else [{"path": "x.env", "format": "raw"}]
        project = {"services": {"web": {"image": "i", "env_file": env_file}}}
        files = {"a.yml": written(project) + "\n", "x.env": text}
        yield Question(files, ("a.yml",), TEXT_ENVIRONMENT, about=repr(text))


_COMMANDS = ["a", "b", " ", "  ", '"', "'", "\\", "`", "$$", "(", ")", "$$(", ";", "&", "|", ">", "2>", "<", "#", "\n"]


def commands(chance: random.Random, count: int) -> Iterator[Question]:
    """Commands in one text."""
    for _ in range(count):
        text = "".join(chance.choice(_COMMANDS) for _ in range(chance.randint(1, 8)))
        project = {"services": {"web": {"image": "i", "command": text}}}
        yield Question({"a.yml": written(project) + "\n"}, ("a.yml",), ENVIRONMENT, about=repr(text))
