"""Page setups survive the settings file, whatever stands in it."""

from __future__ import annotations

from typing import Any

import pytest

from planbench.scenes.print_setup import PageSetup
from planbench.services.printing import setup_json, setup_of


def test_there_and_back() -> None:
    setup = PageSetup("A1", False, 2, 3, False, legend=False, document="X", logo="l.png")
    assert setup_of(setup_json(setup)) == setup


def test_titles_and_dates_belong_to_one_printout() -> None:
    kept = setup_json(PageSetup(title="T", subtitle="S", start=5, finish=6))
    assert setup_of(kept) == PageSetup()


@pytest.mark.parametrize(
    "values",
    [
        {"paper": "B5"},
        {"paper": 3},
        {"pages_wide": 0},
        {"pages_wide": True},
        {"pages_tall": -1},
        {"margin_mm": 900.0},
        {"legend": "yes"},
        {"unknown": 1},
    ],
)
def test_spoilt_values_are_passed_over(values: dict[str, Any]) -> None:
    assert setup_of(values) == PageSetup()
