"""All checks that a rule pack can name, with the parameters each one knows."""

from __future__ import annotations

from typing import Any

from planbench.engines.contract.checks import content, dates, logic, progress
from planbench.engines.contract.checks.base import Check

CHECKS: dict[str, Check] = {**dates.CHECKS, **logic.CHECKS, **content.CHECKS, **progress.CHECKS}
"""Checks by name."""


def defaults_of(name: str) -> dict[str, Any]:
    """The parameters of a check with their defaults. Raises KeyError for an unknown check."""
    return dict(CHECKS[name].defaults)
