from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._workstation.ssh_config import (
    Host,
    options_of,
    render,
    with_include,
    without_include,
)


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ("", {}),
        ("-o IdentitiesOnly=yes", {"IdentitiesOnly": "yes"}),
        ("-oIdentitiesOnly=yes", {"IdentitiesOnly": "yes"}),
        ("-o 'IdentitiesOnly yes'", {"IdentitiesOnly": "yes"}),
        ("-C -o A=1 -4 -o B=2", {"A": "1", "B": "2"}),
        ("-o A=1 -o A=2", {"A": "1"}),
        ("""-o 'UserKnownHostsFile="/a b/known"'""", {"UserKnownHostsFile": '"/a b/known"'}),
        (
            "-o ProxyCommand='gcloud compute start-iap-tunnel h %p --zone=z'",
            {"ProxyCommand": "gcloud compute start-iap-tunnel h %p --zone=z"},
        ),
    ],
)
def test_options_of_arguments(arguments: str, options: dict[str, str]) -> None:
    assert options_of(arguments) == options


def test_a_quote_that_never_ends_is_an_error() -> None:
    with pytest.raises(ValueError, match="quot"):
        options_of("-o 'A=1")


def test_hosts_are_written_by_name_with_what_is_known() -> None:
    hosts = [
        Host("b", "192.0.2.2"),
        Host("a", "192.0.2.1", "ops", 2222, "/home/an n/key", "-o HostKeyAlias=compute.7"),
    ]
    assert render("shop", hosts).split("\n", 1)[1] == (
        '\nHost a\n  HostName 192.0.2.1\n  User ops\n  Port 2222\n  IdentityFile "/home/an n/key"\n'
        "  HostKeyAlias compute.7\n\nHost b\n  HostName 192.0.2.2\n"
    )


def test_the_include_comes_first_and_once() -> None:
    theirs = "Host *\n  User me\n"
    included = with_include(theirs, "/h/.ssh/dockyard/shop.conf")
    assert included == f"Include /h/.ssh/dockyard/shop.conf\n{theirs}"
    assert with_include(included, "/h/.ssh/dockyard/shop.conf") == included
    assert without_include(included, "/h/.ssh/dockyard/shop.conf") == theirs
