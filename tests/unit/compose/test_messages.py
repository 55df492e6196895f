"""Errors say what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Refused = Callable[..., list[str]]

HEAD = "services:\n  web:\n    image: x\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            HEAD + "    deploy:\n      replica: 2\n",
            'stack.yml:5: service web: deploy.replica: unknown key; did you mean "replicas"?',
        ),
        (HEAD + "    imgae: y\n", 'stack.yml:4: service web: imgae: unknown key; did you mean "image"?'),
        (HEAD + "    env-file: y\n", 'stack.yml:4: service web: env-file: unknown key; did you mean "env_file"?'),
        (
            HEAD + "    environment:\n      DEBUG: true\n",
            "stack.yml:5: service web: environment.DEBUG: must be a string, a number or empty, not true;"
            ' put it in quotes: "true"',
        ),
        (
            HEAD + "    ports:\n      - 80\n      - http\n",
            'stack.yml:6: service web: ports[1]: "http" is not a port;'
            " write [PUBLISHED:]TARGET[/PROTOCOL], such as 80, 8080:80 or 8000-8010:80-90/udp",
        ),
        (
            HEAD + "    networks: [front]\nnetworks:\n  back:\n",
            'stack.yml:4: service web: networks.front: the network "front" is not defined'
            " under the top-level `networks`; the defined ones are back",
        ),
        (
            "version: '3.3'\n" + HEAD + "    init: true\n",
            "stack.yml:5: service web: init: needs compose file version 3.7 or newer; this one is 3.3:"
            " raise `version`, or remove that line to use the newest",
        ),
        (
            HEAD + "    mem_limit: 1g\n",
            "stack.yml:4: service web: mem_limit: cannot be used in a swarm: use deploy.resources.limits.memory",
        ),
        (
            HEAD + "    replicas: 2\n",
            "stack.yml:4: service web: replicas: unknown key; it belongs under deploy",
        ),
        (
            HEAD + "    labels: $\n",
            "stack.yml:4: service web: labels: `$` has a $ that begins no variable name; write $$ for a plain $",
        ),
        (
            HEAD + "    stop_grace_period: 10\n",
            "stack.yml:4: service web: stop_grace_period: must be a string, not the number 10; write 10s",
        ),
        ("services:\n  web: {}\n", "stack.yml:2: service web: needs an `image`"),
        (
            "services:\n  web: {build: .}\n",
            "stack.yml:2: service web: needs an `image`: a swarm builds none; build and push it first, and name it",
        ),
        ("services: []\n", "stack.yml:1: services: must be a mapping, not a list"),
        (
            HEAD + "configs:\n  a:\n    file: none.txt\n",
            "stack.yml:6: config a: file: none.txt cannot be read: No such file or directory",
        ),
        ("version: 3.8\n", 'stack.yml:1: version: must be a string, not the number 3.8; put it in quotes, "3.8"'),
    ],
)
def test_one_problem(refused: Refused, text: str, problem: str) -> None:
    assert refused(text)[0].startswith(problem)


def test_all_problems_of_a_file_are_told_at_once(refused: Refused) -> None:
    problems = refused("services:\n  a: {imag: x}\n  b: {image: 5}\nnetwork: {}\n")
    assert [problem.split(": ")[:2] for problem in problems] == [
        ["stack.yml:2", "service a"],
        ["stack.yml:3", "service b"],
        ["stack.yml:4", "network"],
    ]


def test_a_problem_is_located_in_the_file_that_brought_it(refused: Refused) -> None:
    second = "services:\n  web:\n    networks: [gone]\n"
    assert refused(HEAD, second)[0].startswith("stack2.yml:3: service web: networks.gone")


def test_versions_of_files_must_agree(refused: Refused) -> None:
    problems = refused("version: '3.8'\n" + HEAD, "version: '3.9'\n" + HEAD)
    assert problems == ["stack2.yml:1: version: version 3.9 differs from the 3.8 of stack.yml; make them the same"]


def test_a_missing_compose_file_is_named(refused: Refused) -> None:
    from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load

    with pytest.raises(ComposeError, match=r"none.yml: the compose file cannot be read: No such file or directory"):
        load(["none.yml"], {})
    with pytest.raises(ComposeError, match="no compose file given"):
        load([], {})


def test_secret_content_is_in_no_message(refused: Refused, tmp_path: object) -> None:
    text = "services:\n  web: {image: x, secrets: [a, a]}\nsecrets:\n  a: {file: token}\n"
    (tmp_path / "token").write_text("hunter2")  # type: ignore[operator]
    assert "hunter2" not in "".join(refused(text))
