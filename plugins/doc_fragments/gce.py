# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Credentials and endpoint for the Compute API."""

    DOCUMENTATION = r"""
options:
  auth_kind:
    description:
      - The kind of credentials.
      - V(application) uses Application Default Credentials, in the order in which google-auth searches them -
        E(GOOGLE_APPLICATION_CREDENTIALS), the login of C(gcloud auth application-default login), the metadata server.
        This includes workload identity federation.
      - V(serviceaccount) uses the key of a service account.
      - V(machineaccount) uses the service account of the instance on which this runs.
      - V(accesstoken) uses an existing access token.
    type: str
    choices: [application, serviceaccount, machineaccount, accesstoken]
    default: application
    env:
      - name: GCP_AUTH_KIND
  scopes:
    description:
      - OAuth scopes to request.
    type: list
    elements: str
    default: ['https://www.googleapis.com/auth/compute.readonly']
    env:
      - name: GCP_SCOPES
  credentials_file:
    description:
      - A credentials file of any kind that google-auth reads, such as the configuration of an external account. It is
        used instead of the file in E(GOOGLE_APPLICATION_CREDENTIALS).
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
      - E-mail of a service account to impersonate. The caller needs C(roles/iam.serviceAccountTokenCreator) on it.
    type: str
    env:
      - name: GCP_IMPERSONATE_SERVICE_ACCOUNT
  api_endpoint:
    description:
      - Base URL of the Compute API, for private endpoints and simulators.
    type: str
    default: https://compute.googleapis.com/compute/v1
    env:
      - name: GCP_COMPUTE_ENDPOINT
  ca_file:
    description:
      - File with the certificate authorities to trust.
      - If not set, E(REQUESTS_CA_BUNDLE) is used, then the system's.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of an answer.
    type: float
    default: 30
  retries:
    description:
      - How often a request is retried after a temporary error (403 C(rateLimitExceeded), 429, 500, 502, 503, 504, a
        lost connection, a time-out). The pause doubles each time, from half a second to 32 seconds, with jitter.
    type: int
    default: 5
requirements:
  - google-auth 2.0 or newer and requests 2.20 or newer on the controller
"""
