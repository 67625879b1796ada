from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from planbench.domain.errors import ImportRefused
from planbench.exchange.tables import sheets
from planbench.exchange.tables.sheets import (
    Formula,
    Grid,
    read_csv,
    read_xlsx,
    write_csv,
    write_xlsx,
)

TEXTS = ("1E10", "00123", "=1+1", "'=x", "-5", "@a", "+b", 'say "x"', "a,b;c", "two\nlines", "Ä浇")
GRID = Grid("activities", ("Text", "Number", "Date"),
            [(text, 1.5, dt.datetime(2026, 5, 3, 8, 30)) for text in TEXTS])  # fmt: skip


def test_csv_brings_texts_back() -> None:
    again = read_csv(write_csv(GRID), "activities.csv")
    assert [row[0] for row in again.rows] == list(TEXTS)
    assert again.rows[0][1:] == ("1.5", "2026-05-03 08:30")


def test_csv_has_no_cell_that_a_spreadsheet_runs() -> None:
    for text in ("=1+1", "-5", "@a", "+b", "\t=1"):
        line = write_csv(Grid("x", ("T",), [(text,)])).decode("utf-8-sig").splitlines()[1]
        assert line.strip('"').startswith("'")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_separators(mark: str) -> None:
    assert read_csv(f"A{mark}B\r\n1{mark}x\r\n".encode(), "t.csv").rows == [("1", "x")]


def test_xlsx_brings_types_back() -> None:
    (again,) = read_xlsx(write_xlsx([GRID]), "t.xlsx")
    assert again == GRID


def test_xlsx_formulas_are_texts_when_written_and_told_when_read() -> None:
    from openpyxl import Workbook, load_workbook

    book = load_workbook(io.BytesIO(write_xlsx([GRID])))
    assert {cell.data_type for cell in book.active["A"]} == {"s"}
    assert book.active["A4"].quotePrefix
    typed = Workbook()
    typed.active.append(["Text"])
    typed.active.append(["=1+1"])
    out = io.BytesIO()
    typed.save(out)
    assert read_xlsx(out.getvalue(), "t.xlsx")[0].rows == [(Formula("=1+1"),)]


def test_bombs_and_damage_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 100_000)
    monkeypatch.setattr(sheets, "MOST_BYTES", 50_000)
    with pytest.raises(ImportRefused, match="too much"):
        read_xlsx(out.getvalue(), "t.xlsx")
    with pytest.raises(ImportRefused, match="no workbook"):
        read_xlsx(b"PK\x03\x04 damaged", "t.xlsx")
    with pytest.raises(ImportRefused, match="no column titles"):
        read_csv(b"", "t.csv")


def test_titles_lose_breaks_and_marks_that_cannot_be_seen() -> None:
    grid = read_csv('\ufeff\ufeffProject,"Activity\n ID"\nP,A1\n'.encode(), "plan.csv")
    assert grid.titles == ("Project", "Activity ID")


@pytest.mark.parametrize("line", ["98,87", "98,87,,x"])
def test_a_decimal_comma_that_splits_a_number_is_told(line: str) -> None:
    with pytest.raises(ImportRefused, match=r"row 3 has more cells"):
        read_csv(f"Percent\n50\n{line}\n".encode(), "a.csv")
    assert read_csv(b'Percent\n50,\n"98,87"\n', "a.csv").rows == [("50",), ("98,87",)]
