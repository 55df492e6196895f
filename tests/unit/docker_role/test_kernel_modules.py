"""Whether the kernel has a module is decided in one place, by what modprobe itself goes by."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel import capabilities
from ansible_collections.dockyard.swarm.plugins.module_utils._host.kernel.modules import has_ipvs, has_module


def kernel(root: Path, listing: str, text: str) -> None:
    folder = root / "lib/modules" / os.uname().release
    folder.mkdir(parents=True)
    (folder / listing).write_text(text)


@pytest.mark.parametrize(
    ("listing", "text"),
    [
        ("modules.dep", "kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/net/netfilter/nf_conntrack.ko.xz\n"),
        ("modules.dep", "kernel/a.ko:\nkernel/net/netfilter/ipvs/ip_vs.ko.zst: kernel/a.ko\n"),
        ("modules.builtin", "kernel/net/netfilter/ipvs/ip_vs.ko\n"),
        ("modules.dep", "extra/ip-vs.ko:\n"),
    ],
)
def test_module_that_can_be_loaded_or_is_built_in(tmp_path: Path, listing: str, text: str):
    kernel(tmp_path, listing, text)
    assert has_module("ip_vs", tmp_path)
    assert has_ipvs(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kernel/net/netfilter/ipvs/ip_vs_rr.ko: kernel/net/netfilter/ipvs/x.ko\n",
        # It is only needed by another, whose line the kernel has; its own line is missing.
        "kernel/net/netfilter/xt_ipvs.ko: kernel/net/netfilter/ipvs/ip_vs.ko\n",
    ],
)
def test_module_that_is_not_there(tmp_path: Path, text: str):
    kernel(tmp_path, "modules.dep", text)
    assert not has_module("ip_vs", tmp_path)
    assert not has_ipvs(tmp_path)


def test_module_at_work(tmp_path: Path):
    (tmp_path / "sys/module/vxlan").mkdir(parents=True)
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/ip_vs").write_text("")
    assert has_module("vxlan", tmp_path)
    assert has_ipvs(tmp_path)


@pytest.mark.parametrize("present", [True, False])
def test_the_preflight_and_cluster_info_go_by_the_same_rule(monkeypatch: pytest.MonkeyPatch, present: bool):
    monkeypatch.setattr(capabilities, "has_ipvs", lambda: present)
    # modprobe would say the contrary.
    run = lambda command: (int(present) if "modprobe" in command else 1, "", "")  # noqa: E731
    found = {ability.name: ability.present for ability in capabilities.read_abilities(run)}
    assert found["routing_mesh"] is present
