"""Metadata and startup scripts hold secrets; diffs, invocations and errors do not."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import masking
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.differences import differences

from tests.unit.gce_hosts.fleet import OWNER, current, declared, instance

SECRET = "s3cr3t-of-the-agent"


def items_of(**items: str) -> dict[str, object]:
    return {"fingerprint": "b", "items": [{"key": key.replace("_", "-"), "value": items[key]} for key in items]}


def test_a_diff_names_keys_and_shows_values_of_settings_only() -> None:
    body = instance(metadata=items_of(agent_token="old-token-of-the-agent", serial_port_enable="TRUE"))
    (host,) = declared(
        metadata={"agent-token": SECRET, "serial-port-enable": False, "enable-oslogin": True},
        startup_script=f"curl -H 'Authorization: {SECRET}' example.com",
    )
    there = current(body)
    (found,) = differences(host, there.hosts["web-1"], there, OWNER)
    assert found.before == {"agent-token": "(not shown)", "serial-port-enable": "TRUE"}
    assert found.after == {
        "agent-token": "(another value, not shown)",
        "serial-port-enable": "FALSE",
        "enable-oslogin": "TRUE",
        "startup-script": "(not shown)",
    }
    (step,) = found.steps
    assert SECRET not in repr(step)
    assert "old-token" not in repr(step)
    assert step.detail["set"]["agent-token"] == SECRET, "what is sent is the value itself"


def test_an_invocation_names_keys_only() -> None:
    metadata = {"token": SECRET, "gone": None, "enable-oslogin": True}
    options = {"metadata": metadata, "startup_script": SECRET, "count": 3}
    assert masking.masked_options(options) == {
        "metadata": {"token": "(not shown)", "gone": None, "enable-oslogin": True},
        "startup_script": "(not shown)",
        "count": 3,
    }
    assert masking.masked_options({"metadata": None, "startup_script": None}) == {
        "metadata": None,
        "startup_script": None,
    }


def test_an_error_that_repeats_a_value_is_masked() -> None:
    options = {"metadata": {"token": SECRET, "flag": "on"}, "startup_script": None}
    text = masking.without_secrets(f"Invalid value '{SECRET}' for the zone on-1", options)
    assert text == "Invalid value '(not shown)' for the zone on-1"
