"""Page setups kept between printouts: as plain values for the settings, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from planbench.scenes.print_setup import PAPERS, PageSetup

OF_A_PRINTOUT = ("title", "subtitle", "start", "finish")
"""What belongs to one printout alone and is not remembered."""


def setup_json(setup: PageSetup) -> dict[str, Any]:
    """The setup as plain values for JSON, without what belongs to one printout alone."""
    return {name: value for name, value in asdict(setup).items() if name not in OF_A_PRINTOUT}


def setup_of(values: Mapping[str, Any]) -> PageSetup:
    """The setup of such values; what is missing, unknown or of the wrong kind is the default."""
    plain = PageSetup()
    found: dict[str, Any] = {}
    for item in fields(PageSetup):
        value, default = values.get(item.name), getattr(plain, item.name)
        if item.name in OF_A_PRINTOUT or type(value) is not type(default):
            continue
        found[item.name] = value
    if found.get("paper") not in PAPERS:
        found.pop("paper", None)
    for name, low, high in (("pages_wide", 1, 20), ("pages_tall", 0, 500)):
        if not low <= found.get(name, low) <= high:
            found.pop(name)
    if not 0.0 <= found.get("margin_mm", 10.0) <= 50.0:
        found.pop("margin_mm")
    return PageSetup(**found)
