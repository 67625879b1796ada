"""How rows and time are divided over sheets of paper."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.synthetic import synthetic_schedule
from planbench.domain.times import DAY, from_iso
from planbench.scenes.fields import columns_of
from planbench.scenes.print_setup import (
    BLOCK,
    LEAST_ZOOM,
    LEGEND,
    MOST_SHEETS,
    PAPERS,
    PX_PER_MM,
    ROW,
    PageSetup,
    PrintError,
    lay_out,
    paper_mm,
)

FIELDS = columns_of(synthetic_schedule(5, 4))
COLUMNS = [(FIELDS["name"], 200.0), (FIELDS["start"], 80.0)]
SPAN = (from_iso("2026-01-01"), from_iso("2027-06-30"))


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 900),
    paper=st.sampled_from(sorted(PAPERS)),
    landscape=st.booleans(),
    wide=st.integers(1, 4),
    tall=st.integers(0, 12),
    repeat=st.booleans(),
)
def test_every_row_and_day_is_on_exactly_one_sheet(
    rows: int, paper: str, landscape: bool, wide: int, tall: int, repeat: bool
) -> None:
    setup = PageSetup(paper, landscape, wide, tall, repeat)
    try:
        layout = lay_out(rows, SPAN, COLUMNS, setup)
    except PrintError:
        return
    across = [sheet for sheet in layout.sheets if sheet.first == 0]
    assert len(across) == wide
    for one, following in itertools.pairwise(across):
        assert abs(following.time.left - one.time.right) < 1.0  # minutes
    assert across[0].time.left <= SPAN[0]
    assert across[-1].time.right >= SPAN[1]
    down = [sheet for sheet in layout.sheets if sheet.time.left == across[0].time.left]
    assert [sheet.first for sheet in down] == [0, *[sheet.last for sheet in down[:-1]]]
    assert down[-1].last == rows
    if tall:
        assert len(down) <= tall
        assert LEAST_ZOOM <= layout.zoom <= 1.0
    assert [sheet.number for sheet in layout.sheets] == list(range(1, len(layout.sheets) + 1))
    assert [sheet.columns for sheet in across] == [True] + [repeat] * (wide - 1)
    # all of it lies on the paper
    foot = layout.height - layout.margin - BLOCK - LEGEND
    for sheet in down:
        assert layout.top + (sheet.last - sheet.first) * ROW <= foot + 1e-6
    for sheet in layout.sheets:
        table = layout.table if sheet.columns else 0.0
        assert layout.margin + table + sheet.time.width <= layout.width - layout.margin + 1e-6
    assert layout.width * layout.scale == pytest.approx(paper_mm(setup)[0])


def test_a3_across_is_the_design() -> None:
    layout = lay_out(100, SPAN, COLUMNS, PageSetup())
    assert (layout.width, layout.height) == (420 * PX_PER_MM, 297 * PX_PER_MM)
    assert layout.margin / PX_PER_MM == 10.0
    assert ROW * layout.scale == pytest.approx(4.4)


def test_the_time_shown_can_be_bounded() -> None:
    start, finish = from_iso("2026-05-01"), from_iso("2026-06-01")
    layout = lay_out(5, SPAN, COLUMNS, PageSetup(start=start, finish=finish))
    (sheet,) = layout.sheets
    assert sheet.time.left <= start < finish <= sheet.time.right
    assert sheet.time.right - sheet.time.left < 45 * DAY


@pytest.mark.parametrize(
    ("rows", "setup", "words"),
    [
        (0, PageSetup(), "no rows to print"),
        (100_000, PageSetup(), "would take 1,8"),
        (100_000, PageSetup("A0", pages_tall=2), "too small to read"),
        (10, PageSetup("A7"), "no paper A7"),
        (10, PageSetup(pages_wide=21), "that many sheets"),
        (10, PageSetup(start=SPAN[1], finish=SPAN[0]), "ends before it begins"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(rows: int, setup: PageSetup, words: str) -> None:
    with pytest.raises(PrintError, match=words) as caught:
        lay_out(rows, SPAN, COLUMNS, setup)
    assert caught.value.mend


def test_columns_leave_room_for_bars() -> None:
    wide = [(FIELDS["name"], 1400.0)]
    with pytest.raises(PrintError, match="leave no room for bars on A4"):
        lay_out(10, SPAN, wide, PageSetup("A4"))
    assert lay_out(10, SPAN, wide, PageSetup("A1")).sheets


def test_the_proposed_number_of_sheets_is_enough() -> None:
    with pytest.raises(PrintError) as caught:
        lay_out(1000, SPAN, COLUMNS, PageSetup(pages_tall=3))
    needed = int("".join(c for c in caught.value.mend.split("sheets")[0] if c.isdigit()))
    assert len(lay_out(1000, SPAN, COLUMNS, PageSetup(pages_tall=needed)).sheets) <= needed
    assert needed < MOST_SHEETS
