"""Secret values are hidden wherever a stack is told of, and harmless ones are not."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history import hidden
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import (
    HistoryError,
    deployments_in,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import (
    deploy_stack,
    plan_request,
    roll_back_stack,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import plan_result
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_markdown import plan_as_markdown
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import (
    HIDDEN,
    NOT_FROM_VAULTS,
    Sensitive,
    looks_secret,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils import vaulted

from tests.unit.stack.fake_swarm import FakeEngine, Swarm
from tests.unit.stack.test_lost_lock import fast, request_for  # noqa: F401 (a fixture)


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "MYSQL_ROOT_PASSWORD", "DBPASSWORD", "password", "dbPassword", "API_KEY", "apiKey", "APIKEY",
        "SECRET", "CLIENT_SECRET", "SECRET_KEY_BASE", "GITHUB_TOKEN", "authToken", "AWS_SECRET_ACCESS_KEY",
        "SENTRY_DSN", "SMTP_PASS", "splunk-token", "traefik.http.middlewares.x.basicauth.users", "SSH_PRIVATE_KEY",
        "PGPASSWORD",
    ],
)  # fmt: skip
def test_names_of_secrets(name):
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "LOG_LEVEL", "POSTGRES_PASSWORD_FILE", "TOKEN_TTL", "PASSWORD_MIN_LENGTH", "KEYCLOAK_URL", "MONKEY", "KEYBOARD",
        "COMPASS", "SECRETARY", "AUTHOR", "PORT", "TOKENIZER", "com.docker.stack.namespace", "AWS_ACCESS_KEY_ID", "",
        "AUTH_MODE", "traefik.http.routers.ui.rule", "BYPASS",
    ],
)  # fmt: skip
def test_names_of_harmless_things(name):
    assert not looks_secret(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://app:hunter2@db/app", f"postgres://app:{HIDDEN}@db/app"),
        ("http://proxy:3128", "http://proxy:3128"),
        ("redis://:hunter2@cache:6379/0", f"redis://:{HIDDEN}@cache:6379/0"),
        ("addr=nas,username=a,password=hunter2,vers=3", f"addr=nas,username=a,password={HIDDEN},vers=3"),
        ("--requirepass=hunter2", "--requirepass=hunter2"),
        ("--api-key=hunter2 --port=80", f"--api-key={HIDDEN} --port=80"),
        ("the token is in the file", "the token is in the file"),
        ("user@example.org", "user@example.org"),
    ],
)
def test_secrets_within_texts(text, shown):
    assert NOT_FROM_VAULTS.in_text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("secret db_password: the file ./x does not exist", "secret db_password: the file ./x does not exist"),
        ("cannot mount //nas: username=a,password=hunter2", f"cannot mount //nas: username=a,password={HIDDEN}"),
        ("proxyconnect http://a:hunter2@proxy: refused", f"proxyconnect http://a:{HIDDEN}@proxy: refused"),
    ],
)
def test_messages_keep_what_names_things(text, shown):
    assert NOT_FROM_VAULTS.in_message(text) == shown


def test_the_value_behind_an_option():
    command = ["redis-server", "--requirepass", "hunter2", "--port", "6379"]
    assert NOT_FROM_VAULTS.in_list(command) == ["redis-server", "--requirepass", HIDDEN, "--port", "6379"]


def test_values_from_vaults_are_hidden_in_other_texts_unless_they_are_short():
    vaulted = Sensitive(frozenset({"hunter2hunter2", "true"}))
    assert vaulted.in_text("x=hunter2hunter2, true") == f"x={HIDDEN}, true"
    assert vaulted.in_term("ui", "environment.FLAG", "true") == HIDDEN
    assert vaulted.in_term("ui", "deploy.mode", "replicated") == "replicated"


def test_a_reference_to_a_secret_is_no_secret():
    assert NOT_FROM_VAULTS.in_term("ui", "secrets.api_key", ["target=api_key, mode=0444"]) == [
        "target=api_key, mode=0444"
    ]


# -- a stack from its deploy to its history ---------------------------------------------------------

PLANTED = ("hunter2-old", "hunter2-new", "s3cr3t-url", "c0mmand-pw", "fromthevault", "t0ken-of-splunk", "l4bel-pw")


def secret_request(password, vaulted="fromthevault", image="ui:1"):
    request = request_for({"ui": image})
    spec = request.desired.services["shop_ui"]
    container = spec["TaskTemplate"]["ContainerSpec"]
    container["Env"] = [
        f"DB_PASSWORD={password}",
        "DATABASE_URL=postgres://app:s3cr3t-url@db/app",
        f"GREETING={vaulted}",
        "LOG_LEVEL=info",
    ]
    container["Args"] = ["serve", "--api-token", "c0mmand-pw"]
    spec["TaskTemplate"]["LogDriver"] = {
        "Name": "splunk", "Options": {"splunk-token": "t0ken-of-splunk", "splunk-url": "https://splunk"},
    }  # fmt: skip
    spec["Labels"]["basicauth.users"] = "l4bel-pw"
    sensitive = Sensitive(frozenset({"fromthevault"}), {"ui": frozenset({"GREETING"})})
    return replace(request, sensitive=sensitive)


def deploy(engine, request):
    return deploy_stack(engine, request, *plan_request(engine, request))


def history(swarm):
    configs = [item for item in swarm.objects["configs"].values() if ".deployment." in item["Spec"]["Name"]]
    return deployments_in(configs)


def nothing_planted_in(*documents):
    text = json.dumps([str(item) if not isinstance(item, (dict, list)) else item for item in documents])
    return [secret for secret in PLANTED if secret in text]


def test_neither_results_nor_plans_nor_the_history_hold_secrets():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for password in ("hunter2-old", "hunter2-new"):
        request = secret_request(password)
        result = plan_result(deploy(engine, request).plan, request.sensitive)
        assert nothing_planted_in(result, plan_as_markdown(result["plan"])) == []
    assert nothing_planted_in(*[item.state for item in history(swarm)]) == []
    (step,) = result["plan"]["steps"]
    assert step["differences"] == [{"key": "environment.DB_PASSWORD", "before": HIDDEN, "after": HIDDEN}]
    assert step["after"]["environment.LOG_LEVEL"] == "info"
    assert step["after"]["logging.options.splunk-url"] == "https://splunk"
    assert f"changes {HIDDEN}" in result["diff"][0]["prepared"]
    assert f"| `environment.DB_PASSWORD` | changes {HIDDEN} |" in plan_as_markdown(result["plan"])


def test_the_spec_itself_has_them():
    swarm = Swarm()
    deploy(FakeEngine(swarm), secret_request("hunter2-old"))
    (service,) = swarm.objects["services"].values()
    assert "DB_PASSWORD=hunter2-old" in service["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]


def test_a_removal_hides_what_the_history_knows_to_be_secret():
    swarm = Swarm()
    deploy(FakeEngine(swarm), secret_request("hunter2-old"))
    configs = [item for item in swarm.objects["configs"].values() if ".deployment." in item["Spec"]["Name"]]
    assert hidden.hidden_in(configs, "shop").variables == {"ui": {"DB_PASSWORD", "DATABASE_URL", "GREETING"}}


def test_going_back_finds_the_value_where_it_still_runs():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    deploy(engine, secret_request("hunter2-old", image="ui:1"))
    deploy(engine, secret_request("hunter2-old", image="ui:2"))
    rollback, _result = roll_back_stack(engine, request_for({}), None)
    (service,) = swarm.objects["services"].values()
    container = service["Spec"]["TaskTemplate"]["ContainerSpec"]
    assert container["Image"] == "ui:1"
    assert "DB_PASSWORD=hunter2-old" in container["Env"]
    assert container["Args"] == ["serve", "--api-token", "c0mmand-pw"]
    assert nothing_planted_in(plan_result(rollback.plan, rollback.sensitive), *[i.state for i in history(swarm)]) == []


def test_going_back_finds_the_value_that_ran_before():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    deploy(engine, secret_request("hunter2-old"))
    deploy(engine, secret_request("hunter2-new"))
    roll_back_stack(engine, request_for({}), None)
    (service,) = swarm.objects["services"].values()
    assert "DB_PASSWORD=hunter2-old" in service["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"]


def test_going_back_is_refused_where_the_value_is_nowhere_any_more_and_changes_nothing():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for password in ("hunter2-old", "hunter2-new", "hunter2-newest"):
        deploy(engine, secret_request(password))
    before = json.dumps(list(swarm.objects["services"].values()))
    with pytest.raises(HistoryError, match=r"deployment 1 .* DB_PASSWORD of service ui: .* neither in the current"):
        roll_back_stack(engine, request_for({}), 1)
    assert json.dumps(list(swarm.objects["services"].values())) == before


def test_after_the_join_token_was_rotated_the_refusal_says_so():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for image in ("ui:1", "ui:2"):
        deploy(engine, secret_request("hunter2-old", image=image))
    swarm.token = "SWMTKN-1-ca-others"
    with pytest.raises(HistoryError, match="join token was rotated since"):
        roll_back_stack(engine, request_for({}), None)


def test_a_digest_cannot_be_guessed_from_the_history_alone():
    """The key depends on the token, and neither stands in what is kept."""
    keys = {hidden.digest_key({"JoinTokens": {"Manager": token}}) for token in ("SWMTKN-1-a", "SWMTKN-1-b")}
    assert len(keys) == 2
    swarm = Swarm()
    deploy(FakeEngine(swarm), secret_request("hunter2-old"))
    assert "SWMTKN" not in json.dumps([item.state for item in history(swarm)])


def test_the_content_of_a_config_from_a_vault_is_kept_as_a_digest_and_found_again():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for image, content in (("ui:1", "fromthevault"), ("ui:2", "fromthevault")):
        request = replace(request_for({"ui": image}, content), sensitive=Sensitive(configs=frozenset({"conf"})))
        deploy(engine, request)
    assert "ZnJvbXRoZXZhdWx0" not in json.dumps([item.state for item in history(swarm)])
    roll_back_stack(engine, request_for({}), None)
    assert swarm.services() == {"ui": "ui:1"}
    # The deployment that went back knows of the files no more than the history does.
    assert "ZnJvbXRoZXZhdWx0" not in json.dumps([item.state for item in history(swarm)])


def test_what_was_gone_back_to_is_kept_without_values_that_only_the_controller_knew_of():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for image in ("ui:1", "ui:2"):
        request = secret_request("hunter2-old", image=image)
        request.desired.services["shop_ui"]["Labels"]["greeting"] = "hello fromthevault"
        deploy(engine, request)
    rollback, _result = roll_back_stack(engine, request_for({}), None)
    shown = plan_result(rollback.plan, rollback.sensitive)
    assert nothing_planted_in(shown, *[item.state for item in history(swarm)]) == []


def test_the_warning_about_a_network_that_differs_hides_its_secrets():
    swarm = Swarm()
    engine = FakeEngine(swarm)
    for password in ("hunter2-old", "hunter2-new"):
        request = request_for({"ui": "ui:1"})
        request.desired.networks["shop_front"]["Options"] = {"vpn-password": password}
        plan, current = plan_request(engine, request)
        deploy_stack(engine, request, plan, current)
    assert "differs from the file in driver_opts.vpn-password" in plan.warnings[0]
    assert nothing_planted_in(*plan.warnings) == []


@pytest.mark.parametrize(
    "piece",
    ["x", "a.", "a-", "-", " ", "\n", ":", "@", "=", "://", "a://", "://:", "password", "token ", "a=", "a\n", "{"],
)
def test_a_large_content_without_a_blank_takes_no_longer_than_any_other(piece):
    """What a config may have at the most is a megabyte; with the square of it a deploy would never begin."""
    text = piece * (1_000_000 // len(piece))
    began = time.monotonic()
    NOT_FROM_VAULTS.in_text(text)
    vaulted._names_in(text.encode())
    assert time.monotonic() - began < 5


def test_names_before_an_assignment_stay():
    assert (
        NOT_FROM_VAULTS.in_text("a.DB-my_password=x1 passwordtoken: y2")
        == "a.DB-my_password=(hidden) passwordtoken: (hidden)"
    )
    assert NOT_FROM_VAULTS.in_text("svn+ssh://u:p@h/x") == "svn+ssh://u:(hidden)@h/x"
