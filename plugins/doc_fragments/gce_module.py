# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options and attributes of the modules that change resources at Compute Engine."""

    DOCUMENTATION = r"""
options:
  project:
    description:
      - The project. If not set, E(GCP_PROJECT), then the project that the credentials belong to.
    type: str
  fleet:
    description:
      - Name of the fleet. Everything that the module creates is marked with it - by the label C(fleet) where the API
        has labels, else in the description. The module changes only resources with this mark.
      - Any workstation with credentials can read the state of the fleet from these marks; no other state is stored.
    type: str
    required: true
  auth_kind:
    description:
      - The kind of credentials.
      - V(application) uses Application Default Credentials, including workload identity federation.
      - V(serviceaccount) uses the key of a service account.
      - V(machineaccount) uses the service account of the instance on which this runs.
      - V(accesstoken) uses an existing access token.
      - If not set, the environment variable E(GCP_AUTH_KIND) is used, then the default.
    type: str
    choices: [application, serviceaccount, machineaccount, accesstoken]
    default: application
  scopes:
    description: OAuth scopes to request.
    type: list
    elements: str
    default: ['https://www.googleapis.com/auth/compute']
  credentials_file:
    description:
      - A credentials file of any kind that google-auth reads. It is used instead of E(GOOGLE_APPLICATION_CREDENTIALS).
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
      - E-mail of a service account to impersonate. The caller needs C(roles/iam.serviceAccountTokenCreator) on it.
      - If not set, E(GCP_IMPERSONATE_SERVICE_ACCOUNT).
    type: str
  api_endpoint:
    description:
      - Base URL of the Compute API, for private endpoints and simulators.
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
      - How often a request is retried after a temporary error (403 C(rateLimitExceeded), 429, 500, 502, 503, 504, a
        lost connection, a time-out). Requests that change something have a unique id, so that a retry does nothing
        twice.
    type: int
    default: 5
  operation_timeout:
    description:
      - Seconds to wait for one operation at Compute Engine. An operation that takes longer is an error; it continues at
        Google, and the next run reads its result.
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
