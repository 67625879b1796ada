from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbench.domain.errors import PlanbenchError
from planbench.services import blocks
from planbench.services.blocks import as_html, as_text, read_block

CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.just("\n"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=4))
def test_out_and_in_again(rows: list[list[str]]) -> None:
    while rows and not any(rows[-1]):
        rows.pop()
    assert read_block(as_text(rows)) == rows


def test_what_a_spreadsheet_would_run_is_quoted() -> None:
    rows = [["=1+1", "@x", "-cmd", "+A1"], ["-5d", "-12.5", "+3", "-2,5 h"]]
    lines = list(csv.reader(io.StringIO(as_text(rows)), delimiter="\t"))
    assert lines[0] == ["'=1+1", "'@x", "'-cmd", "'+A1"]
    assert lines[1] == rows[1]
    page = as_html(rows)
    assert "mso-number-format:'\\@'" in page
    assert page.count("<td>") == 8


def test_markup_in_cells_is_text() -> None:
    assert "&lt;script&gt;" in as_html([["<script>"]])


def test_blocks_of_a_spreadsheet() -> None:
    """As Excel puts them: lines end in CR LF, cells with lines or tabs in quotes."""
    text = 'A\t"two\nlines"\r\nB\t"say ""so"""\r\n'
    assert read_block(text) == [["A", "two\nlines"], ["B", 'say "so"']]
    assert read_block("one") == [["one"]]
    assert read_block("\n\n") == []


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_CELLS", 10)
    with pytest.raises(PlanbenchError, match="more than 10 cells"):
        read_block("\t" * 11)
    with pytest.raises(PlanbenchError, match="no block of cells"):
        read_block("x" * 200_000)
