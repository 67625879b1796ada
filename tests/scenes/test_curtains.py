"""Stretches of time behind the bars."""

from __future__ import annotations

import pytest

from planbench.domain.times import DAY, NO_TIME, from_iso
from planbench.scenes.curtains import (
    CurtainError,
    known_curtains,
    read_curtain,
    read_curtains,
    spotlight,
    stretch,
)
from planbench.scenes.timescale import TimeView


def test_a_curtain_covers_its_last_day() -> None:
    found = read_curtain("2026-12-20 05-Jan-27 Winter shutdown")
    assert found.start == from_iso("2026-12-20 00:00")
    assert found.finish == from_iso("2027-01-06 00:00")
    assert found.name == "Winter shutdown"
    assert read_curtain("2026-12-20 2026-12-20").name == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-12-20", "first and a last day"),
        ("soon 2026-12-20", "not a date"),
        ("2026-12-20 2026-12-19 Back", "ends before"),
    ],
)
def test_what_is_no_curtain_is_told(text: str, told: str) -> None:
    with pytest.raises(CurtainError, match=told):
        read_curtains(f"2026-01-01 2026-01-02 Good\n\n{text}")
    assert len(known_curtains(("2026-01-01 2026-01-02 Good", text))) == 1


def test_what_is_in_sight_of_a_curtain() -> None:
    view = TimeView(left=10 * DAY, px_per_day=5.0, width=100.0)  # days 10 to 30
    lit = spotlight(12 * DAY, 7)
    assert lit is not None
    assert stretch(lit, view) == (pytest.approx(10.0), pytest.approx(35.0))
    assert spotlight(NO_TIME, 7) is None
    assert spotlight(12 * DAY, 0) is None
    early, late = spotlight(0, 5), spotlight(29 * DAY, 14)
    assert early is not None and late is not None  # noqa: PT018
    assert stretch(early, view) is None
    assert stretch(late, view) == (pytest.approx(95.0), pytest.approx(5.0))
