"""Fiscal years, counted units and a third tier on the time axis."""

from __future__ import annotations

import numpy as np
import pytest

from planbench.domain.times import DAY, from_iso
from planbench.scenes.timescale import Scale, TimeView, boundaries, build_header, build_timescale


def dates(days) -> list[str]:
    return [str(np.datetime64(int(day), "D")) for day in days]


def test_fiscal_years_and_quarters_begin_with_their_month():
    first, last = (from_iso(text) // DAY for text in ("2026-02-10", "2027-05-01"))
    assert dates(boundaries("year", first, last, 4)) == ["2025-04-01", "2026-04-01", "2027-04-01",
                                                         "2028-04-01"]  # fmt: skip
    assert dates(boundaries("quarter", first, first, 11))[0] == "2026-02-01"
    view = TimeView(float(from_iso("2026-01-01")), 0.9, 900.0)
    scale = build_timescale(view, Scale(fiscal_month=4))
    assert [text for *_, text in scale.top][:2] == ["FY2026", "FY2027"]
    assert [text for *_, text in scale.bottom][:3] == ["Q4", "Q1", "Q2"]
    plain = build_timescale(view)
    assert [text for *_, text in plain.bottom][:2] == ["Q1", "Q2"]


@pytest.mark.parametrize(
    ("px", "origin", "expected"),
    [
        (6.0, "2026-01-07", ["W1", "W2", "W3"]),  # its week begins on the Monday before
        (20.0, "2026-01-05", ["D1", "D2", "D3"]),
        (2.0, "2025-11-20", ["M3", "M4", "M5"]),
        (40.0, "2026-01-08", ["D-3", "D-2", "D-1"]),  # there is no day 0
    ],
)
def test_the_lowest_tier_counts_from_the_start(px, origin, expected):
    view = TimeView(float(from_iso("2026-01-05")), px, 900.0)
    scale = build_timescale(view, Scale(ordinal_from=from_iso(origin)))
    assert [text for *_, text in scale.bottom][:3] == expected


@pytest.mark.parametrize(
    ("px", "third", "second"),
    [(20.0, "2026", "Jan"), (2.0, "2026", "Q1"), (0.5, "2020s", "2026"), (60.0, "Jan 2026", "5")],
)
def test_a_third_tier_stands_above(px, third, second):
    view = TimeView(float(from_iso("2026-01-05")), px, 900.0)
    scale = build_timescale(view, Scale(tiers=3))
    assert scale.above[0][2] == third
    assert scale.top[0][2] == second
    assert not build_timescale(view).above
    header = build_header(view, 24.0, 0, None, Scale(tiers=3))
    assert header.height == 72.0
    texts = {text: y for _, y, text in header.items("header-top")}
    assert texts[third] < 24.0 < texts[second] < 48.0
