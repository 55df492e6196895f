# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options and attributes shared by the modules that change something at Compute Engine."""

    DOCUMENTATION = r"""
options:
  project:
    description:
      - The project. If not set, E(GCP_PROJECT), then the project that the credentials belong to.
    type: str
  fleet:
    description:
      - Name of the fleet. Everything the module makes carries it, and the module touches nothing that does not -
        as the label C(fleet) where the API has labels, else in the description.
      - Any workstation with credentials sees by it what there is; no state is kept elsewhere.
    type: str
    required: true
  auth_kind:
    description:
      - The kind of credentials.
      - V(application) takes Application Default Credentials, which serve workload identity federation as well.
      - V(serviceaccount) takes the key of a service account.
      - V(machineaccount) takes the account of the instance this runs on.
      - V(accesstoken) takes a token you already have.
      - If not set, the environment variable E(GCP_AUTH_KIND) is used, then the default.
    type: str
    choices: [application, serviceaccount, machineaccount, accesstoken]
    default: application
  scopes:
    description: OAuth scopes to ask for.
    type: list
    elements: str
    default: ['https://www.googleapis.com/auth/compute']
  credentials_file:
    description:
      - A credentials file of any kind google-auth reads, instead of the one E(GOOGLE_APPLICATION_CREDENTIALS) names.
      - Only with O(auth_kind=application).
    type: path
  service_account_file:
    description:
      - Path of the JSON key of a service account. Only with O(auth_kind=serviceaccount).
      - If not set, E(GCP_SERVICE_ACCOUNT_FILE), then E(GCE_CREDENTIALS_FILE_PATH).
    type: path
  service_account_contents:
    description:
      - The JSON key of a service account itself, as a string. Only with O(auth_kind=serviceaccount).
      - If not set, E(GCP_SERVICE_ACCOUNT_CONTENTS).
    type: str
  service_account_email:
    description:
      - Which account of the instance to use, if not its default one. Only with O(auth_kind=machineaccount).
      - If not set, E(GCP_SERVICE_ACCOUNT_EMAIL).
    type: str
  access_token:
    description:
      - An OAuth access token. Only with O(auth_kind=accesstoken).
      - If not set, E(GCP_ACCESS_TOKEN).
    type: str
  impersonate_service_account:
    description:
      - E-mail of a service account to act as. The caller needs C(roles/iam.serviceAccountTokenCreator) on it.
      - If not set, E(GCP_IMPERSONATE_SERVICE_ACCOUNT).
    type: str
  api_endpoint:
    description:
      - Base address of the Compute API, for private endpoints and simulators.
      - If not set, E(GCP_COMPUTE_ENDPOINT), then the default.
    type: str
    default: https://compute.googleapis.com/compute/v1
  ca_file:
    description: File with the certificate authorities to trust, instead of the system's.
    type: path
  timeout:
    description: Seconds to wait for a connection, and for each part of an answer.
    type: float
    default: 30
  retries:
    description:
      - How often a request is repeated after an answer that may pass (403 C(rateLimitExceeded), 429, 500, 502, 503,
        504, a lost connection, a time-out). Requests that change something carry an id, so a repetition does
        nothing twice.
    type: int
    default: 5
  operation_timeout:
    description:
      - Seconds that one operation at Compute Engine may take. One that takes longer is an error; it goes on there, and
        the next run finds what became of it.
    type: int
    default: 600
requirements:
  - google-auth 2.0 or newer and requests 2.20 or newer on the controller
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Shows what has changed, or would change in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run reports no change.
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/dockyard.swarm.gce) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - dockyard.swarm.gce
"""
