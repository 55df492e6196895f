"""Mitogen's strategy, wherever it is installed: Ansible looks for strategies in folders, not in packages."""

from __future__ import annotations

from ansible_mitogen.plugins.strategy.mitogen_linear import StrategyModule

__all__ = ["StrategyModule"]
