"""What the controller knows to have come from a vault."""

from __future__ import annotations

import os
import stat

import pytest
from ansible.parsing.vault import EncryptedString, VaultLib, VaultSecret, VaultSecretsContext
from ansible_collections.dockyard.swarm.plugins.action import stack
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import (
    LoadedProject,
    pack_project,
    unpack_project,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import NOT_FROM_VAULTS, Sensitive
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import load
from ansible_collections.dockyard.swarm.plugins.plugin_utils.plan_file import write_plan
from ansible_collections.dockyard.swarm.plugins.plugin_utils.vaulted import (
    VaultedFiles,
    is_encrypted,
    secret_texts,
    sensitive_parts,
    vaulted_values,
)

COMPOSE = """
services:
  ui:
    image: ui:1
    command: [serve, --with, "${WORD}"]
    environment: {GREETING: "hello ${WORD}", LEVEL: info}
    env_file: [ui.env]
    configs: [conf]
configs:
  conf:
    file: ./conf
"""
PLAIN = {"compose.yml": COMPOSE, "ui.env": "COLOUR=bluegreen\nMODE=on\n", "conf": "listen 80\n"}


@pytest.fixture
def vault():
    return VaultLib([("default", VaultSecret(b"pw"))])


@pytest.fixture
def project(tmp_path, vault):
    """Loads the project with some of its files encrypted."""

    def loaded(*encrypted, values=(), word="harmless"):
        for name, text in PLAIN.items():
            content = vault.encrypt(text) if name in encrypted else text.encode()
            (tmp_path / name).write_bytes(content)

        def read(path):
            with open(path, "rb") as file:
                content = file.read()
            return vault.decrypt(content) if is_encrypted(path) else content

        files = VaultedFiles(read)
        compose = str(tmp_path / "compose.yml")
        found = load([compose], {"WORD": word}, read=files.read)
        return found, sensitive_parts(
            found.config, found.config_data, {"WORD": word}, files.contents, [compose], values
        )

    return loaded


def test_nothing_is_secret_where_nothing_came_from_a_vault(project):
    assert project()[1] == NOT_FROM_VAULTS


def test_all_of_an_encrypted_env_file_is(project):
    _project, sensitive = project("ui.env")
    assert sensitive.variables == {"ui": {"COLOUR", "MODE"}}
    assert {"bluegreen", "on"} <= sensitive.values
    assert not sensitive.is_secret("ui", "LEVEL", "info")


def test_all_variables_of_an_encrypted_compose_file_are(project):
    assert project("compose.yml")[1].variables == {"ui": {"COLOUR", "MODE", "GREETING", "LEVEL"}}


def test_the_content_of_an_encrypted_config_is(project):
    assert project("conf")[1].configs == {"conf"}


def test_a_value_from_a_vault_is_wherever_the_files_put_it(project):
    found, sensitive = project(values=["fromthevault"], word="fromthevault")
    texts = secret_texts(found.config, sensitive)
    assert texts == {"hello fromthevault", "fromthevault"}


def test_it_survives_its_way_to_the_manager():
    sensitive = Sensitive(frozenset({"a", "b"}), {"ui": frozenset({"X"})}, frozenset({"conf"}))
    assert unpack_project(pack_project(LoadedProject({}, sensitive=sensitive))).sensitive == sensitive


def test_variables_that_are_encrypted_each_for_itself(vault):
    if VaultSecretsContext._current is None:
        VaultSecretsContext.initialize(VaultSecretsContext(vault.secrets))
    value = EncryptedString(ciphertext=vault.encrypt("fromthevault").decode())
    variables = {"x": {"inner": [value]}, "plain": "info", "hostvars": {"m1": {"x": value}}}
    assert vaulted_values(variables, ["x=fromthevault"]) == {"fromthevault"}
    assert vaulted_values(variables, ["info"]) == set()


def test_a_plan_file_is_for_its_owner_alone_also_where_it_was_there_before(tmp_path):
    old = tmp_path / "plan.md"
    old.write_text("old")
    old.chmod(0o644)
    for path in (old, tmp_path / "new.md"):
        umask = os.umask(0)
        try:
            write_plan(path, "plan", "plan_file")
        finally:
            os.umask(umask)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text() == "plan"


@pytest.mark.parametrize(
    ("verbosity", "debug", "printed"), [(0, False, False), (2, False, False), (3, False, True), (0, True, True)]
)
def test_nothing_is_probed_where_connections_print_what_commands_answer(monkeypatch, verbosity, debug, printed):
    monkeypatch.setattr(stack.display, "verbosity", verbosity)
    monkeypatch.setattr(stack.constants, "DEFAULT_DEBUG", debug)
    assert stack._prints_output() is printed
