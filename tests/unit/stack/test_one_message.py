"""The controller's half tells the faults of the files and what would have been refused next in one message."""

from __future__ import annotations

import textwrap

import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible_collections.dockyard.swarm.plugins.action.stack import ActionModule
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import stack_argument_spec

TEXT = """
services:
  web:
    image: nginx
    environment: {A: "${NEEDED:?say it}"}
    ports: ['80:80', '80:81']
    deploy:
      replicas: many
      placement: {constraints: [foo == bar]}
    healthcheck: {test: "true", interval: 10}
    hostnam: x
    networks: [n]
  app.0:
    image: nginx
    restart: sometimes
    volumes: ['./x:/x']
  d: {}
networks:
  n: {ipam: {config: [{subnet: 10.0.0.1/24}]}}
configs:
  c: {file: ./nothere}
"""
WORDS = [
    "the required variable NEEDED is not set",
    "80/tcp is published twice",
    "must be an integer",
    'has no key "foo"',
    "write 10s",
    'did you mean "hostname"?',
    'write "app-0"',
    "is not a restart policy",
    "bind_base",
    "needs an `image`",
    'the network it is in is "10.0.0.0/24"',
    "cannot be read",
]


@pytest.fixture
def refused(tmp_path, monkeypatch):
    def run(**more):
        file = tmp_path / "compose.yml"
        file.write_text(textwrap.dedent(TEXT).lstrip())
        action = ActionModule.__new__(ActionModule)
        action._loader = DataLoader()
        monkeypatch.setattr(ActionModule, "_find_needle", lambda _self, _folder, path: path)
        options = {name: item.get("default") for name, item in stack_argument_spec().items()}
        options |= {"name": "shop", "files": [str(file)], **more}
        with pytest.raises(AnsibleActionFail) as caught:
            action._project(options, {})
        return caught.value

    return run


def test_twelve_faults_of_four_stages_in_the_order_of_the_file(refused):
    error = refused()
    first, *rest = str(error).splitlines()
    lines = [first.removeprefix("stack shop: "), *rest]
    assert len(lines) == len(WORDS), lines
    for line, words in zip(lines, WORDS, strict=True):
        assert words in line
        assert "compose.yml:" in line
    # Ansible would tell a cause once more.
    assert error.__cause__ is None


def test_without_the_checks_the_faults_of_the_files_are_left(refused):
    assert len(str(refused(preflight="skip")).splitlines()) == 7


def test_an_option_that_is_wrong_is_told_too(refused):
    assert 'preflight: there is no check "image"' in str(refused(preflight={"image": "warn"}))
