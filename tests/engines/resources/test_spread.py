"""Units over periods: worked by hand, minute by minute, and summed up again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.calendars import ROUND_THE_CLOCK_WEEK, Calendar
from planbench.domain.errors import ModelError
from planbench.domain.schedule import Contour
from planbench.domain.times import DAY, from_iso
from planbench.engines.resources.spans import Spans, work_over
from planbench.engines.resources.spread import amounts_between, cut, period_edges, spread

CALENDARS = (
    Calendar("1", "Office"),  # Monday to Friday, 08:00-12:00 and 13:00-17:00
    Calendar("2", "Always", ROUND_THE_CLOCK_WEEK),
    Calendar("3", "Office with a holiday", exceptions={from_iso("2026-06-03") // DAY: ()}),
)


def made(rows: list[tuple[int, str, str, float]], contour: int = 0, delay: int = 0) -> Spans:
    """Spans of (calendar, start, finish, amount)."""
    n = len(rows)
    return Spans(
        np.arange(n, dtype=np.int32),
        np.array([row[0] for row in rows], dtype=np.int32),
        np.array([from_iso(row[1]) for row in rows], dtype=np.int64),
        np.array([from_iso(row[2]) for row in rows], dtype=np.int64),
        np.full(n, delay, dtype=np.int64),
        np.full(n, contour, dtype=np.int8),
        np.array([row[3] for row in rows], dtype=np.float64),
        np.zeros(n, dtype=bool),
        0.0,
    )


def spread_all(spans: Spans, period: str) -> list[float]:
    """One row: all spans by period."""
    edges = period_edges(period, int(spans.start.min()), int(spans.finish.max()))
    work = work_over(CALENDARS, int(edges[0]), int(edges[-1]))
    group = np.zeros(len(spans), dtype=np.int32)
    return spread(cut(spans, work), group, 1, work, edges)[0].tolist()


def test_a_week_of_work_by_day() -> None:
    # Monday noon to the next Monday noon: 4 h, four whole days, a weekend, 4 h; 40 h in all.
    spans = made([(0, "2026-06-01 12:00", "2026-06-08 12:00", 80.0)])
    assert spread_all(spans, "day") == pytest.approx([8, 16, 16, 16, 16, 0, 0, 8])


def test_a_holiday_takes_nothing() -> None:
    # 1 to 5 June without the 3rd: four days share the 64 units.
    spans = made([(2, "2026-06-01 08:00", "2026-06-05 17:00", 64.0)])
    assert spread_all(spans, "day") == pytest.approx([16, 16, 0, 16, 16])


def test_months_share_by_working_time() -> None:
    # 25 May to 5 June 2026 are ten working days, five of them in May.
    spans = made([(0, "2026-05-25 08:00", "2026-06-05 17:00", 100.0)])
    assert spread_all(spans, "month") == pytest.approx([50, 50])


def test_spans_add_up_and_a_milestone_falls_on_its_day() -> None:
    spans = made(
        [
            (0, "2026-06-01 08:00", "2026-06-02 17:00", 10.0),
            (1, "2026-06-02 00:00", "2026-06-04 00:00", 12.0),
            (0, "2026-06-03 17:00", "2026-06-03 17:00", 7.0),
            (0, "2026-06-06 10:00", "2026-06-06 12:00", 3.0),  # a Saturday
        ]
    )
    assert spread_all(spans, "day") == pytest.approx([5, 11, 13, 0, 0, 3])


def test_a_delay_leaves_out_the_beginning() -> None:
    spans = made([(0, "2026-06-01 08:00", "2026-06-04 17:00", 30.0)], delay=8 * 60)
    assert spread_all(spans, "day") == pytest.approx([0, 10, 10, 10])


def test_a_bell_over_ten_days_follows_its_tenths() -> None:
    spans = made([(1, "2026-06-01 00:00", "2026-06-11 00:00", 500.0)], Contour.BELL)
    expected = [10, 20, 40, 80, 100, 100, 80, 40, 20, 10]
    assert spread_all(spans, "day") == pytest.approx(expected)


@pytest.mark.parametrize("contour", [Contour.FRONT_LOADED, Contour.EARLY_PEAK])
def test_mirrored_contours_mirror_the_days(contour: Contour) -> None:
    mirror = {
        Contour.FRONT_LOADED: Contour.BACK_LOADED,
        Contour.EARLY_PEAK: Contour.LATE_PEAK,
    }[contour]
    rows = [(1, "2026-06-01 00:00", "2026-06-11 00:00", 90.0)]
    there, back = spread_all(made(rows, contour), "day"), spread_all(made(rows, mirror), "day")
    assert there == pytest.approx(back[::-1])
    assert sum(there[:5]) > sum(there[5:])


def test_periods_begin_where_calendars_do() -> None:
    def days(period: str, first: str, last: str) -> list[int]:
        edges = period_edges(period, from_iso(first), from_iso(last))
        return [int(edge) // DAY for edge in edges]

    day = lambda text: from_iso(text) // DAY  # noqa: E731
    assert days("week", "2026-06-03", "2026-06-08 00:00") == [day("2026-06-01"), day("2026-06-08")]
    assert days("week", "2026-06-03", "2026-06-08 09:00")[-1] == day("2026-06-15")
    assert days("month", "2026-01-31", "2026-02-01 08:00") == [
        day(f"2026-0{month}-01") for month in (1, 2, 3)
    ]
    assert days("quarter", "2026-05-31", "2026-06-30 08:00") == [
        day("2026-04-01"),
        day("2026-07-01"),
    ]
    assert days("day", "2026-06-03", "2026-06-03") == [day("2026-06-03"), day("2026-06-04")]


def test_an_unknown_period_and_too_many_are_refused() -> None:
    with pytest.raises(ModelError, match="no period"):
        period_edges("fortnight", 0, DAY)
    with pytest.raises(ModelError, match="periods of a day"):
        period_edges("day", 0, 300 * 366 * DAY)


START = from_iso("2026-05-01")

spans_of = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 40 * DAY),
        st.integers(0, 60 * DAY),
        st.floats(0.01, 1000),
        st.integers(0, 8),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


def of_drawn(rows: list[tuple[int, int, int, float, int, int]]) -> tuple[Spans, np.ndarray]:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    start = START + columns[1].astype(np.int64)
    n = len(rows)
    spans = Spans(
        np.arange(n, dtype=np.int32),
        columns[0].astype(np.int32),
        start,
        start + columns[2].astype(np.int64),
        np.zeros(n, dtype=np.int64),
        columns[4].astype(np.int8),
        columns[3].astype(np.float64),
        np.zeros(n, dtype=bool),
        0.0,
    )
    return spans, columns[5].astype(np.int32)


@settings(max_examples=60, deadline=None)
@given(spans_of, st.sampled_from(["day", "week", "month", "quarter"]))
def test_nothing_is_lost_and_nothing_invented(rows, period) -> None:
    spans, group = of_drawn(rows)
    edges = period_edges(period, int(spans.start.min()), int(spans.finish.max()))
    work = work_over(CALENDARS, int(edges[0]), int(edges[-1]))
    found = spread(cut(spans, work), group, 4, work, edges)
    expected = np.bincount(group, spans.amount, 4)
    assert found.sum(axis=1) == pytest.approx(expected, abs=1e-6)
    assert found.min() >= -1e-9


@settings(max_examples=40, deadline=None)
@given(spans_of, st.sampled_from(["day", "week", "month"]))
def test_a_bar_is_the_sum_of_its_activities(rows, period) -> None:
    spans, group = of_drawn(rows)
    edges = period_edges(period, int(spans.start.min()), int(spans.finish.max()))
    work = work_over(CALENDARS, int(edges[0]), int(edges[-1]))
    pieces = cut(spans, work)
    found = spread(pieces, group, 4, work, edges)
    for number in range(edges.size - 1):
        first, last = int(edges[number]), int(edges[number + 1])
        each = amounts_between(pieces, len(spans), work, first, last)
        if number == 0:  # a milestone on the very first minute belongs to the first period
            at_start = (spans.finish == first) & (each == 0)
            each = each + np.where(at_start, spans.amount, 0.0)
        assert np.bincount(group, each, 4) == pytest.approx(found[:, number], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(spans_of)
def test_flat_spans_agree_with_counting_minutes(rows) -> None:
    spans, _ = of_drawn([(*row[:4], 0, 0) for row in rows])
    edges = period_edges("week", int(spans.start.min()), int(spans.finish.max()))
    work = work_over(CALENDARS, int(edges[0]), int(edges[-1]))
    found = spread(cut(spans, work), np.zeros(len(spans), dtype=np.int32), 1, work, edges)[0]
    expected = np.zeros(edges.size - 1)
    for row in range(len(spans)):
        first, last = int(spans.start[row]), int(spans.finish[row])
        minutes = np.arange(first, last)
        calendar = CALENDARS[int(spans.calendar[row])]
        open_ = np.zeros(minutes.size, dtype=bool)
        for day in range(first // DAY, last // DAY + 1):
            for begin, end in calendar.shifts_on(day):
                open_ |= (minutes >= day * DAY + begin) & (minutes < day * DAY + end)
        worked = minutes[open_]
        if not worked.size:
            worked = np.array([max(last - 1, int(edges[0]))])
        week = np.searchsorted(edges, worked, side="right") - 1
        expected += np.bincount(week, minlength=expected.size) * spans.amount[row] / worked.size
    assert found == pytest.approx(expected, abs=1e-6)
