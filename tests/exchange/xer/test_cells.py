from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.times import NO_TIME, from_datetime
from planbench.exchange.xer import cells


def column(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = [text.encode() for text in texts]
    end = np.cumsum([len(part) + 1 for part in parts]).astype(np.int64) - 1
    start = end - np.array([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"\t".join(parts) + b"\t", dtype=np.uint8), start, end


def dates(texts: list[str]) -> tuple[list[int], list[int]]:
    values, marks = np.empty(len(texts), dtype=np.int64), np.empty(len(texts), dtype=np.int8)
    cells.read_dates(*column(texts), 2199, values, marks)
    return values.tolist(), marks.tolist()


@settings(max_examples=60, deadline=None)
@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 12, 31)))
def test_every_date_reads_as_the_standard_library_reads_it(moment: dt.datetime) -> None:
    forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H.%M"]
    values, marks = dates([moment.strftime(form) for form in forms])
    assert values == [from_datetime(moment)] * 3
    assert marks == [cells.READ] * 3
    assert dates([moment.strftime("%Y-%m-%d")])[0] == [from_datetime(moment) // 1440 * 1440]


def test_what_is_no_date_is_marked() -> None:
    wrong = ["2010-02-30 08:00", "2026-13-01", "26-01-05", "2026-01-05 24:00", "x", "1899-12-31"]
    values, marks = dates([*wrong, "", "  "])
    assert marks == [cells.UNREAD] * len(wrong) + [cells.BLANK] * 2
    assert set(values) == {NO_TIME}


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.decimals(-99999, 99999, allow_nan=False, places=6).map(str),
        st.floats(-1e6, 1e6).map(lambda value: f"{value:.12f}"),
        st.integers(-(10**14), 10**14).map(str),
    )
)
def test_decimals_are_the_doubles_python_reads(text: str) -> None:
    values, marks = np.empty(1), np.empty(1, dtype=np.int8)
    cells.read_decimals(*column([text]), values, marks)
    if marks[0] == cells.READ:
        assert values[0] == float(text)
    else:
        assert sum(c.isdigit() for c in text) > 15


def test_numbers_that_need_another_look_are_marked() -> None:
    texts = ["40,5", "NotANumber", "1e5", "", "1.2.3", "-", ".", "nan", "12h"]
    values, marks = np.empty(len(texts)), np.empty(len(texts), dtype=np.int8)
    assert cells.read_decimals(*column(texts), values, marks) == 8
    assert marks.tolist() == [cells.COMMA, 3, 3, cells.BLANK, 3, 3, 3, 3, 3]
    assert values[0] == 40.5


def test_ids_are_numbers_only_where_nothing_is_lost() -> None:
    values = np.empty(3, dtype=np.int64)
    assert cells.read_ids(*column(["0", "", "123456789012345678"]), values)
    assert values.tolist() == [0, -1, 123456789012345678]
    for odd in ("007", "-1", "A1", "1234567890123456789", " 1"):
        assert not cells.read_ids(*column([odd]), np.empty(1, dtype=np.int64))
