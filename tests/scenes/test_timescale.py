import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.times import DAY, from_iso
from planbench.scenes.timescale import (
    LEVELS,
    TimeView,
    boundaries,
    build_header,
    build_timescale,
    level_at,
)

EPOCH = dt.date(1970, 1, 1)


def date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=int(day))


def test_finer_tiers_come_with_zoom():
    names = [level_at(px).name for px in (0.01, 0.1, 0.5, 2, 8, 25, 60)]
    assert names == [level.name for level in LEVELS]


@pytest.mark.parametrize(
    ("unit", "begins"),
    [
        ("week", lambda d: d.weekday() == 0),
        ("month", lambda d: d.day == 1),
        ("quarter", lambda d: d.day == 1 and d.month in (1, 4, 7, 10)),
        ("year", lambda d: (d.month, d.day) == (1, 1)),
        ("decade", lambda d: (d.month, d.day) == (1, 1) and d.year % 10 == 0),
        ("century", lambda d: (d.month, d.day) == (1, 1) and d.year % 100 == 0),
    ],
)
def test_units_begin_where_the_calendar_says(unit, begins):
    first, last = (from_iso("2026-05-17") // DAY, from_iso("2027-02-03") // DAY)
    days = boundaries(unit, first, last)
    assert days[0] <= first
    assert days[-1] > last
    dates = [date(day) for day in days]
    assert all(begins(d) for d in dates)
    # every beginning in between is there
    between = [d for k in range(first, last) if begins(d := date(k))]
    assert [d for d in dates if date(first) <= d < date(last)] == between


@settings(max_examples=60, deadline=None)
@given(st.floats(0.005, 90), st.integers(-40_000, 60_000), st.integers(40, 3000))
def test_cells_cover_the_window_without_gap_or_overlap(px, day, width):
    view = TimeView(float(day * DAY), px, float(width))
    scale = build_timescale(view)
    for cells in (scale.top, scale.bottom):
        x = 0.0
        for left, wide, _ in cells:
            assert left == pytest.approx(x, abs=1e-6)
            x = left + wide
        assert x >= width - 1


def test_quarters_below_years_and_no_label_that_does_not_fit():
    view = TimeView(float(from_iso("2025-08-01")), 0.5, 800.0)
    scale = build_timescale(view)
    assert [text for _, _, text in scale.top][:3] == ["2025", "2026", "2027"]
    assert [text for _, _, text in scale.bottom][:4] == ["Q3", "Q4", "Q1", "Q2"]
    narrow = build_timescale(TimeView(float(from_iso("2026-12-28")), 0.5, 800.0))
    assert narrow.top[0][2] == ""  # three days of 2026 are two pixels wide


@pytest.mark.parametrize("level", LEVELS[1:])
def test_whole_cells_have_room_for_their_label_from_the_levels_first_zoom_on(level):
    view = TimeView(float(from_iso("2026-03-03")), level.from_px, 1400.0)
    cells = build_timescale(view).bottom[1:-1]
    assert len(cells) > 3
    assert all(text for _, _, text in cells)


def test_zoom_keeps_the_instant_under_the_cursor():
    view = TimeView(float(from_iso("2026-01-01")), 1.0, 900.0)
    zoomed = view.zoomed(3.7, 333.0)
    assert zoomed.at(333.0) == pytest.approx(view.at(333.0))
    assert zoomed.px_per_day == pytest.approx(3.7)
    assert view.zoomed(1e9, 0).px_per_day < 100
    assert view.zoomed(1e-9, 0).px_per_day > 0


def test_fit_shows_both_ends_with_room_for_labels():
    first, last = from_iso("2024-09-02"), from_iso("2029-05-15")
    view = TimeView(0.0, 1.0, 800.0).fitted(first, last)
    x = view.x(np.array([first, last]))
    assert 0 < x[0] < 40
    assert 700 < x[1] < 800


def test_edges_fall_on_device_pixels():
    view = TimeView(float(from_iso("2026-01-01")), 0.377, 800.0, ratio=1.5)
    x = view.x(from_iso("2026-01-01") + np.arange(50, dtype=np.int64) * 777)
    assert np.allclose(x * 1.5, np.rint(x * 1.5))


def test_the_data_date_flag_hides_labels_below_it_and_stays_inside():
    data_date = from_iso("2026-09-30")
    view = TimeView(float(from_iso("2025-08-01")), 0.5, 800.0)
    scene = build_header(view, 22.0, data_date, ("DD 30-Sep-26", 82.0, 16.0))
    [(left, top, wide, high)] = scene.items("data-date-flag")
    assert (wide, high) == (82.0, 16.0)
    assert top + high < 44
    for x, _, _ in scene.items("header-bottom"):
        assert not left < x < left + wide
    at_edge = TimeView(float(data_date), 0.5, 800.0)
    assert (
        build_header(at_edge, 22.0, data_date, ("DD", 82.0, 16.0)).items("data-date-flag")[0][0]
        >= 0
    )
    away = TimeView(float(from_iso("2030-01-01")), 0.5, 800.0)
    assert not build_header(away, 22.0, data_date, ("DD", 82.0, 16.0)).items("data-date-flag")
