"""Who a node is, by its certificate."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.node_certificate import (
    NodeIdentity,
    is_encrypted,
    node_identity,
    read_node_identity,
)

# Of the shape that swarmkit issues, by an authority whose own name has an organization as well.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBjjCCATQCFF+grlgVb/rKWk6tIllQBBUQHw6dMAoGCCqGSM49BAMCMDIxHTAb
BgNVBAoMFGlzc3Vpbmcgb3JnYW5pemF0aW9uMREwDwYDVQQDDAhzd2FybS1jYTAg
Fw0yNjExMjAyMjQzNTZaGA8yMTI2MTAyNzIyNDM1NlowXzEiMCAGA1UECgwZMTR5
dGRvN3VpNDR5amxmMDd2ODc3b2VybDEVMBMGA1UECwwMc3dhcm0td29ya2VyMSIw
IAYDVQQDDBk5a2pmMTNjaHhoNWduanhhcWtiN3RkNDY3MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE5XatmJWnUjjuOiszALK92ZUxVlH1r2fIYprcXxpHWrKdLZgZ
72owfrCa1n6pWyNfgLa1rDIqtG9U+4x+4ugWDjAKBggqhkjOPQQDAgNIADBFAiEA
tpBwIRnf3VB5n1/wsFg9jx8XL4oNiqRGr+Fmqfu11SYCID7BJ5arnrr8ZVTNB0d8
zo1uYo0DZwWK7k4W7MUrHNEq
-----END CERTIFICATE-----
"""
AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBuzCCAWGgAwIBAgIUPz4uEfqyrAuGO4Kgwtyuds/WaH8wCgYIKoZIzj0EAwIw
MjEdMBsGA1UECgwUaXNzdWluZyBvcmdhbml6YXRpb24xETAPBgNVBAMMCHN3YXJt
LWNhMCAXDTI2MTEyMDIyNDM1NloYDzIxMjYxMDI3MjI0MzU2WjAyMR0wGwYDVQQK
DBRpc3N1aW5nIG9yZ2FuaXphdGlvbjERMA8GA1UEAwwIc3dhcm0tY2EwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATCWDgZcVoKtF5+QGxE3HP9R129yQYRFUi3E88t
g+U2q0WiiWNgkVuFO+J7POSPf99bEMQ3LIpV9XNPhWC6CLnRo1MwUTAdBgNVHQ4E
FgQU5lRPpyxiejCX5MSLTPq9VJ00lKQwHwYDVR0jBBgwFoAU5lRPpyxiejCX5MSL
TPq9VJ00lKQwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBv88w1
WSc13TK6LtJFCxaQ+GhnFrjtWCNLwcMRFFHyMgIhAMgPudcI5ZyG/HMFJub4mzB/
YM+CvqsyfpcYsidZawBr
-----END CERTIFICATE-----
"""
WORKER = NodeIdentity("14ytdo7ui44yjlf07v877oerl", "9kjf13chxh5gnjxaqkb7td467", "worker")


def test_subject_tells_cluster_node_and_role():
    assert node_identity(CERTIFICATE) == WORKER


def test_first_certificate_of_a_chain_counts():
    assert node_identity(CERTIFICATE + AUTHORITY) == WORKER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no certificate",
        AUTHORITY,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        CERTIFICATE.replace("MII", "MIA", 1),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="certificate"):
        node_identity(text)


def test_engine_keeps_it_in_its_data_directory(tmp_path):
    folder = tmp_path / "swarm" / "certificates"
    folder.mkdir(parents=True)
    (folder / "swarm-node.crt").write_text(CERTIFICATE)
    assert read_node_identity(str(tmp_path)) == WORKER


def test_engine_in_no_swarm_has_none(tmp_path):
    assert read_node_identity(str(tmp_path)) is None


def test_state_is_encrypted_where_its_key_says_so(tmp_path):
    assert not is_encrypted(str(tmp_path))
    key = tmp_path / "swarm" / "certificates" / "swarm-node.key"
    key.parent.mkdir(parents=True)
    key.write_text("-----BEGIN PRIVATE KEY-----\nkek-version: 0\n")
    assert not is_encrypted(str(tmp_path))
    key.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nkek-version: 0\n")
    assert is_encrypted(str(tmp_path))
