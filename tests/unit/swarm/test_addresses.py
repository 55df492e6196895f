"""Which of a host's addresses is meant."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.network import local_addresses
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.addresses import (
    AddressError,
    resolve,
)

LOCAL = ["10.0.1.5", "172.17.0.1", "192.168.7.9", "2001:db8::5"]

FIB_TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 10.0.1.0/24 2 0 2
        |-- 10.0.1.0
           /24 link UNICAST
        |-- 10.0.1.5
           /32 host LOCAL
        |-- 10.0.1.255
           /32 link BROADCAST
     |-- 127.0.0.1
        /32 host LOCAL
Local:
     |-- 10.0.1.5
        /32 host LOCAL
     |-- 169.254.1.1
        /32 host LOCAL
"""
IF_INET6 = """00000000000000000000000000000001 01 80 10 80       lo
20010db8000000000000000000000005 02 40 00 80     eth0
fe80000000000000004200fffe0a0105 02 40 20 80     eth0
"""


@pytest.mark.parametrize("wanted", ["eth0", "10.0.1.5", "10.0.1.5:2377", "0.0.0.0:2377", "2001:db8::5"])
def test_interfaces_and_addresses_are_left_to_the_engine(wanted):
    assert resolve(wanted, LOCAL) == wanted


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        ("10.0.1.0/24", "10.0.1.5"),
        ("10.0.0.0/8", "10.0.1.5"),
        ("10.0.1.77/24", "10.0.1.5"),
        ("10.0.1.0/24:2378", "10.0.1.5:2378"),
        ("2001:db8::/64", "2001:db8::5"),
        ("2001:db8::/64:2377", "[2001:db8::5]:2377"),
    ],
)
def test_network_stands_for_the_hosts_address_in_it(wanted, address):
    assert resolve(wanted, LOCAL) == address


def test_network_the_host_is_not_in_names_what_it_has():
    with pytest.raises(AddressError, match=r"no address in 10\.9\.0\.0/16; it has 10\.0\.1\.5, 172"):
        resolve("10.9.0.0/16", LOCAL)


def test_network_with_several_addresses_is_ambiguous():
    with pytest.raises(AddressError, match=r"several addresses in 0\.0\.0\.0/0: 10\.0\.1\.5, 172\.17\.0\.1, 192"):
        resolve("0.0.0.0/0", LOCAL)


def test_nonsense_is_refused():
    with pytest.raises(AddressError, match="neither an interface, an address nor a network"):
        resolve("here/there", LOCAL)


def test_addresses_are_read_from_the_kernel(tmp_path):
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "fib_trie").write_text(FIB_TRIE)
    (tmp_path / "net" / "if_inet6").write_text(IF_INET6)
    assert local_addresses(tmp_path) == ["10.0.1.5", "2001:db8::5"]


def test_kernel_that_tells_nothing_has_no_addresses(tmp_path):
    assert local_addresses(tmp_path) == []
