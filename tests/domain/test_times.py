from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planbench.domain import times

MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))


@given(MOMENTS)
def test_an_instant_survives_the_way_through_minutes(moment: dt.datetime) -> None:
    whole = moment.replace(second=0, microsecond=0)
    assert times.to_datetime(times.from_datetime(moment)) == whole


@given(MOMENTS)
def test_iso_text_reads_back(moment: dt.datetime) -> None:
    minute = times.from_datetime(moment)
    text = times.to_iso(minute)
    assert text is not None
    assert times.from_iso(text) == minute


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01", 0),
        ("1970-01-02 00:01", 1441),
        ("1970-01-01T08:30:59", 510),
        ("1969-12-31 23:59", -1),
    ],
)
def test_known_instants(text: str, expected: int) -> None:
    assert times.from_iso(text) == expected


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        times.from_iso("31.02.2026")


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [(8, 480), (870.333333, 52220), (-1.66666666666667, -100), (0.008, 0), (-0.009, -1), (0, 0)],
)
def test_decimal_hours_round_half_a_minute_away_from_zero(hours: float, minutes: int) -> None:
    assert times.from_hours(hours) == minutes


def test_missing_values_stay_missing() -> None:
    column = times.minutes_column(3)
    column[1] = 60
    assert times.to_iso(times.NO_TIME) is None
    assert times.to_hours(times.NO_TIME) is None
    assert times.known(column).tolist() == [False, True, False]
    assert (times.latest(column), times.earliest(column)) == (60, 60)
    assert times.latest(times.minutes_column(2), default=7) == 7
