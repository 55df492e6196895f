"""Whose key a repository is signed with, how it is described, and what gives way to it."""

from __future__ import annotations

import base64
import hashlib

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages import openpgp, repository
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import Distribution

TRIXIE = Distribution("debian", "13", "trixie", "apt", "amd64")
ROCKY = Distribution("rocky", "9.4", "", "dnf", "x86_64")
OPTIONS = {"url": "", "suite": "", "channel": "stable", "key_url": "", "fingerprint": ""}

# A public key made for this test and thrown away; gpg prints this fingerprint for it.
KEY = b"""-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawDP3hYJKwYBBAHaRw8BAQdABMvjMdtPKXdU2DZa8yzizAk6SdIVpRd1dRpa
AwMr+s20DnRlc3RAbG9jYWxob3N0iJAEExYIADgWIQTYIL6YWZjNH6i3pXpH6VfV
NLhu5gUCawDP3gIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAKCRBH6VfVNLhu
5gTjAP4ge2dodWD6VCM4xO9LJJiDv22WId+42nE6XMk3fWOGVgEAicWklOtGiimr
OBx5jn7d+zi8qeh16droUyBBtdCm5A4=
=zAb+
-----END PGP PUBLIC KEY BLOCK-----
"""
FINGERPRINT = "D820BE985998CD1FA8B7A57A47E957D534B86EE6"


def _packet(tag, body, new=True):
    if new:
        return bytes([0xC0 | tag, len(body)]) + body
    return bytes([0x80 | tag << 2 | 1]) + len(body).to_bytes(2, "big") + body


def test_fingerprint_is_the_one_gpg_prints():
    assert openpgp.fingerprints(KEY) == [FINGERPRINT]


def test_binary_key_has_the_same_fingerprint():
    armor = KEY.split(b"\n\n", 1)[1].split(b"-----END")[0]
    data = base64.b64decode(b"".join(line for line in armor.splitlines() if not line.startswith(b"=")))
    assert openpgp.fingerprints(data) == [FINGERPRINT]


@pytest.mark.parametrize("new", [True, False])
def test_both_forms_of_packet_headers_are_read(new):
    body = b"\x04" + b"k" * 40
    expected = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()
    assert openpgp.fingerprints(_packet(6, body, new) + _packet(13, b"user", new)) == [expected]


def test_subkeys_do_not_count():
    body = b"\x04" + b"k" * 40
    assert len(openpgp.fingerprints(_packet(6, body) + _packet(14, b"\x04" + b"s" * 40))) == 1


@pytest.mark.parametrize("key", [b"", b"<html>404</html>", b"not a key", KEY[:120], b"\x99\x01", _packet(13, b"user")])
def test_what_is_no_key_is_said_to_be_none(key):
    with pytest.raises(openpgp.NotAKeyError):
        openpgp.fingerprints(key)


def test_fingerprints_are_compared_however_they_are_written():
    assert openpgp.normal("9dc8 5822 9fc7") == openpgp.normal("0x9DC858229FC7") == "9DC858229FC7"


def test_key_that_was_named_is_accepted_and_no_other():
    named = repository.describe(TRIXIE, {**OPTIONS, "fingerprint": FINGERPRINT.lower()})
    repository.checked_key(KEY, named)
    other = repository.describe(TRIXIE, OPTIONS)
    with pytest.raises(repository.RepositoryError, match=FINGERPRINT):
        repository.checked_key(KEY, other)


def test_key_that_comes_with_a_second_one_is_refused():
    named = repository.describe(TRIXIE, {**OPTIONS, "fingerprint": FINGERPRINT})
    with pytest.raises(repository.RepositoryError):
        repository.checked_key(KEY + _second_key(), named)


def _second_key():
    data = base64.b64encode(_packet(6, b"\x04" + b"z" * 40))
    return b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + data + b"\n-----END PGP PUBLIC KEY BLOCK-----\n"


def test_dockers_own_repository_is_the_default():
    found = repository.describe(TRIXIE, OPTIONS)
    assert found.url == "https://download.docker.com/linux/debian"
    assert found.key_url == "https://download.docker.com/linux/debian/gpg"
    assert found.suite == "trixie"
    assert found.fingerprint == "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"


@pytest.mark.parametrize(("identity", "folder"), [("rocky", "centos"), ("rhel", "rhel"), ("fedora", "fedora")])
def test_red_hat_likes_have_folders_of_their_own(identity, folder):
    system = Distribution(identity, "9", "", "dnf", "x86_64")
    assert repository.describe(system, OPTIONS).url.endswith(f"/{folder}")


def test_deb822_names_the_architecture_and_the_one_key():
    text = repository.render(repository.describe(TRIXIE, OPTIONS), TRIXIE)
    assert "Types: deb\nURIs: https://download.docker.com/linux/debian\nSuites: trixie\nComponents: stable\n" in text
    assert "Architectures: amd64\nSigned-By: /etc/apt/keyrings/docker.asc\n" in text


def test_yum_repository_checks_signatures():
    text = repository.render(repository.describe(ROCKY, OPTIONS), ROCKY)
    assert "baseurl=https://download.docker.com/linux/centos/$releasever/$basearch/stable\n" in text
    assert "gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-docker\n" in text


def test_release_without_a_codename_is_refused():
    with pytest.raises(repository.RepositoryError, match="docker_repository_suite"):
        repository.describe(Distribution("debian", "", "", "apt", "amd64"), OPTIONS)


@pytest.mark.parametrize(
    ("text", "deb822", "expected"),
    [
        ("deb [signed-by=/k] https://download.docker.com/linux/debian trixie stable\n", False, None),
        ("deb https://mirror.internal/docker trixie stable\n", False, None),
        (
            "deb https://deb.debian.org/debian trixie main\ndeb https://mirror.internal/docker/ trixie stable\n",
            False,
            "deb https://deb.debian.org/debian trixie main\n",
        ),
        ("Types: deb\nURIs: https://mirror.internal/docker\nSuites: trixie\n", True, None),
        (
            "Types: deb\nURIs: https://deb.debian.org/debian\n\nTypes: deb\nURIs: https://mirror.internal/docker\n",
            True,
            "Types: deb\nURIs: https://deb.debian.org/debian\n",
        ),
        (
            "deb https://mirror.internal/docker-other trixie main\n",
            False,
            "deb https://mirror.internal/docker-other trixie main\n",
        ),
    ],
)
def test_older_entries_of_the_same_repository_give_way(text, deb822, expected):
    assert repository.without_entries(text, "https://mirror.internal/docker", "trixie", deb822) == expected


@pytest.mark.parametrize(
    ("text", "deb822"),
    [
        # One mirror for everything: the system's own packages are at the same host, or at the very same address.
        ("deb https://mirror.internal/debian trixie main\n", False),
        ("deb https://mirror.internal/docker trixie-security main\n", False),
        ("deb https://mirror.internal/docker/debian trixie main\n", False),
        ("deb [arch=amd64] https://mirror.internal/docker bookworm stable\n", False),
        ("Types: deb\nURIs: https://mirror.internal/docker\nSuites: trixie-updates trixie-security\n", True),
        ("Types: deb\nURIs: https://mirror.internal/debian\nSuites: trixie\n", True),
        ("# see https://mirror.internal/docker trixie\ndeb https://deb.debian.org/debian trixie main\n", False),
    ],
)
def test_the_systems_own_sources_at_the_same_mirror_stay(text, deb822):
    assert repository.without_entries(text, "https://mirror.internal/docker", "trixie", deb822) == text


def test_of_a_stanza_of_several_only_the_repository_goes():
    suites = "Types: deb\nURIs: https://mirror.internal/docker\nSuites: bookworm trixie\n"
    uris = "Types: deb\nURIs: https://deb.debian.org/debian\n https://mirror.internal/docker/\nSuites: trixie\n"
    found = [
        repository.without_entries(text, "https://mirror.internal/docker", "trixie", True) for text in (suites, uris)
    ]
    assert found == [
        "Types: deb\nURIs: https://mirror.internal/docker\nSuites: bookworm\n",
        "Types: deb\nURIs: https://deb.debian.org/debian\nSuites: trixie\n",
    ]


def test_dockers_own_repository_gives_way_whatever_its_suite():
    text = "deb [signed-by=/k] https://download.docker.com/linux/debian bookworm stable\n"
    assert repository.without_entries(text, "https://mirror.internal/docker", "trixie", False) is None
