"""Dates and numbers as the window writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planbench.domain.times import NO_TIME, from_datetime, from_iso
from planbench.ui import text


def test_dates() -> None:
    minute = from_iso("2029-04-12 09:42")
    assert text.date(minute) == "12-Apr-29"
    assert text.long_date(minute) == "12-Apr-2029"
    assert text.clock(minute) == "09:42"
    assert text.date(NO_TIME) == text.long_date(NO_TIME) == text.clock(NO_TIME) == ""


@given(st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2068, 12, 31)))
def test_table_dates_read_back(moment: dt.datetime) -> None:
    written = text.date(from_datetime(moment))
    assert dt.datetime.strptime(written, "%d-%b-%y").date() == moment.date()


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (10000, 0, "10\u202f000"),
        (1234.5, 1, "1\u202f234.5"),
        (-26, 0, "\u221226"),
        (-0.04, 1, "0.0"),
    ],
)
def test_numbers(value: float, decimals: int, written: str) -> None:
    assert text.number(value, decimals) == written


def test_signs() -> None:
    assert [text.signed(v) for v in (-26, 0, 6)] == ["\u221226", "0", "+6"]


def test_percent() -> None:
    assert text.percent(0.993) == "99.3\u202f%"
    assert text.percent(1.0) == "100\u202f%"
    assert text.percent(0.98) == "98\u202f%"


@given(st.floats(0, 1, exclude_max=True))
def test_only_the_whole_reads_100_percent(share: float) -> None:
    assert not text.percent(share).startswith("100")


def test_sizes_and_counts() -> None:
    assert text.size(418_000_000) == "418\u202fMB"
    assert text.size(2_500_000_000) == "2.5\u202fGB"
    assert text.counted(1, "activity", "activities") == "1 activity"
    assert text.counted(1731, "link") == "1\u202f731 links"
