# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who asks the Compute API, and how."""

    DOCUMENTATION = r"""
options:
  auth_kind:
    description:
      - The kind of credentials.
      - V(application) takes Application Default Credentials, in the order google-auth looks for them -
        E(GOOGLE_APPLICATION_CREDENTIALS), the login of C(gcloud auth application-default login), the metadata server.
        It serves workload identity federation as well.
      - V(serviceaccount) takes the key of a service account.
      - V(machineaccount) takes the account of the instance this runs on.
      - V(accesstoken) takes a token you already have.
    type: str
    choices: [application, serviceaccount, machineaccount, accesstoken]
    default: application
    env:
      - name: GCP_AUTH_KIND
  scopes:
    description:
      - OAuth scopes to ask for.
    type: list
    elements: str
    default: ['https://www.googleapis.com/auth/compute.readonly']
    env:
      - name: GCP_SCOPES
  credentials_file:
    description:
      - A credentials file of any kind google-auth reads, such as the configuration of an external account,
        instead of the one E(GOOGLE_APPLICATION_CREDENTIALS) names.
      - Only with O(auth_kind=application).
    type: path
  service_account_file:
    description:
      - Path of the JSON key of a service account. Only with O(auth_kind=serviceaccount).
    type: path
    env:
      - name: GCP_SERVICE_ACCOUNT_FILE
      - name: GCE_CREDENTIALS_FILE_PATH
  service_account_contents:
    description:
      - The JSON key of a service account itself, as a string. Only with O(auth_kind=serviceaccount).
    type: str
    env:
      - name: GCP_SERVICE_ACCOUNT_CONTENTS
  service_account_email:
    description:
      - Which account of the instance to use, if not its default one. Only with O(auth_kind=machineaccount).
    type: str
    env:
      - name: GCP_SERVICE_ACCOUNT_EMAIL
  access_token:
    description:
      - An OAuth access token. Only with O(auth_kind=accesstoken).
    type: str
    env:
      - name: GCP_ACCESS_TOKEN
  impersonate_service_account:
    description:
      - E-mail of a service account to act as. The caller needs C(roles/iam.serviceAccountTokenCreator) on it.
    type: str
    env:
      - name: GCP_IMPERSONATE_SERVICE_ACCOUNT
  api_endpoint:
    description:
      - Base address of the Compute API, for private endpoints and simulators.
    type: str
    default: https://compute.googleapis.com/compute/v1
    env:
      - name: GCP_COMPUTE_ENDPOINT
  ca_file:
    description:
      - File with the certificate authorities to trust.
      - If not set, E(REQUESTS_CA_BUNDLE) is honoured, then the system's.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer.
    type: float
    default: 30
  retries:
    description:
      - How often a request is repeated after an answer that may pass (403 C(rateLimitExceeded), 429, 500, 502, 503,
        504, a lost connection, a time-out). The pause doubles each time, from half a second to 32 seconds, with jitter.
    type: int
    default: 5
requirements:
  - google-auth 2.0 or newer and requests 2.20 or newer on the controller
"""
