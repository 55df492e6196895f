# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether the kernel supports virtual IP addresses and published ports, where that is known."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.finding import Cluster, Finding, Subject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.settings import WARN


def check_against(subject: Subject, cluster: Cluster) -> list[Finding]:
    """Services whose published ports would not be reachable on the manager."""
    if cluster.routing_mesh is not False:
        return []
    found = []
    for name, spec in sorted(subject.desired.services.items()):
        ports = (spec.get("EndpointSpec") or {}).get("Ports") or []
        if name in subject.changing and any(port.get("PublishMode", "ingress") == "ingress" for port in ports):
            text = (
                "the manager's kernel has no IPVS, so ports published through the ingress network carry no traffic "
                "there; write mode: host, or load the module ip_vs"
            )
            found.append(Finding(subject.path("services", name, "ports"), text, WARN))
    return found
