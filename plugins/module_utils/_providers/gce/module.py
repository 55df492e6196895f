# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Options and common steps of all modules that change resources at Compute Engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.apply import Applier
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import (
    GOOGLE_IMPORT_ERROR,
    Identity,
    problem_of,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.fleet import check_name
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.masking import (
    masked_options,
    without_secrets,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.plan import Plan
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.reading import Reader
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.session import (
    DEFAULT_ENDPOINT,
    REQUESTS_IMPORT_ERROR,
    Session,
)

Json = dict[str, Any]

COMPUTE_SCOPE = "https://www.googleapis.com/auth/compute"


def gce_argument_spec() -> Json:
    """The options documented in the doc fragment `dockyard.swarm.gce_module`."""

    def option(kind: str, *variables: str, **more: Any) -> Json:
        fallback = {"fallback": (env_fallback, list(variables))} if variables else {}
        return {"type": kind, **fallback, **more}

    kinds = ["application", "serviceaccount", "machineaccount", "accesstoken"]
    return {
        "project": option("str", "GCP_PROJECT"),
        "fleet": {"type": "str", "required": True},
        "auth_kind": option("str", "GCP_AUTH_KIND", default="application", choices=kinds),
        "scopes": option("list", elements="str", default=[COMPUTE_SCOPE]),
        "credentials_file": option("path"),
        "service_account_file": option("path", "GCP_SERVICE_ACCOUNT_FILE", "GCE_CREDENTIALS_FILE_PATH"),
        "service_account_contents": option("str", "GCP_SERVICE_ACCOUNT_CONTENTS", no_log=True),
        "service_account_email": option("str", "GCP_SERVICE_ACCOUNT_EMAIL"),
        "access_token": option("str", "GCP_ACCESS_TOKEN", no_log=True),
        "impersonate_service_account": option("str", "GCP_IMPERSONATE_SERVICE_ACCOUNT"),
        "api_endpoint": option("str", "GCP_COMPUTE_ENDPOINT", default=DEFAULT_ENDPOINT),
        "ca_file": option("path"),
        "timeout": option("float", default=30),
        "retries": option("int", default=5),
        "operation_timeout": option("int", default=600),
    }


def run_plan(
    module: AnsibleModule,
    decide: Callable[[Reader], Plan],
    after: Callable[[Reader, Plan], Json],
) -> Json:
    """Read, plan, then show or apply the plan.

    Args:
        decide: reads what it needs and returns the plan.
        after: returns the module's further result values, read again after the plan was applied.

    Returns:
        The result of the module.
    """
    # no_log keeps metadata out of the log; here it would also mask equal values elsewhere, even in names of zones.
    module.no_log_values -= {str(value) for value in (module.params.get("metadata") or {}).values()}
    invocation = {"module_args": masked_options(module.params)}
    try:
        return {**_run_plan(module, decide, after), "invocation": invocation}
    except UserError as error:
        errors = {name: without_secrets(text, module.params) for name, text in error.result.pop("errors", {}).items()}
        result = {**error.result, **({"errors": errors} if errors else {}), "invocation": invocation}
        raise UserError(without_secrets(str(error), module.params), **result) from None


def _run_plan(
    module: AnsibleModule,
    decide: Callable[[Reader], Plan],
    after: Callable[[Reader, Plan], Json],
) -> Json:
    check_name("the fleet", module.params["fleet"])
    session = _session(module)
    project = module.params["project"] or session.default_project
    if not project:
        raise UserError("the project is not set: set project, or the environment variable GCP_PROJECT")
    reader = Reader(session, project)
    plan = decide(reader)
    result = {
        "changed": plan.changed,
        "steps": [str(step) for step in plan.steps],
        "changes": plan.changes(),
        "diff": plan.diff(),
        "project": project,
    }
    if not module.check_mode and plan.steps:
        outcome = Applier(session, project, module.params["operation_timeout"]).apply(plan)
        if outcome.errors:
            result.update(changed=bool(outcome.done), steps=[str(step) for step in outcome.done])
            raise UserError(_summary_of(outcome.errors), errors=outcome.errors, **result)
    return {**result, **after(reader, plan)}


def _summary_of(errors: dict[str, str]) -> str:
    return f"{len(errors)} failed. " + " ".join(f"{name}: {text.rstrip('.')}." for name, text in errors.items())


def _session(module: AnsibleModule) -> Session:
    missing = GOOGLE_IMPORT_ERROR or REQUESTS_IMPORT_ERROR
    if missing:
        raise UserError(missing_required_lib("google-auth[requests]"), exception=missing)
    params = module.params
    identity = Identity(
        kind=params["auth_kind"],
        scopes=tuple(params["scopes"]),
        credentials_file=params["credentials_file"],
        service_account_file=params["service_account_file"],
        service_account_contents=params["service_account_contents"],
        service_account_email=params["service_account_email"],
        access_token=params["access_token"],
        impersonate=params["impersonate_service_account"],
    )
    problem = problem_of(identity)
    if problem:
        raise UserError(problem)
    return Session(
        identity,
        endpoint=params["api_endpoint"],
        timeout=params["timeout"],
        retries=params["retries"],
        ca_file=params["ca_file"],
    )
