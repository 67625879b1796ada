from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from planbench.domain.errors import ImportRefused, PlanbenchError
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
ODD = ("_x0041_", "a\rb\x1f\x01", " <b>&amp; ", "\ufffe", "_x005F_", "x_x")
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
    odd = Grid("odd", ("Text",), [(text,) for text in ODD])
    assert read_xlsx(write_xlsx([odd]), "t.xlsx") == [odd]


def test_xlsx_dates_and_numbers_come_back_as_they_were() -> None:
    moments = [dt.datetime(1900, 2, 27), dt.datetime(1999, 12, 31, 23, 59), dt.datetime(9999, 1, 1)]
    rows = [
        (moment, number, True) for moment, number in zip(moments, (0, -2.5, 1e300), strict=True)
    ]
    grid = Grid("t", ("D", "N", "T"), rows)
    assert read_xlsx(write_xlsx([grid]), "t.xlsx") == [grid]
    assert write_xlsx([grid]) == write_xlsx([grid])


def test_titles_of_columns_to_look_at_stand_apart() -> None:
    from openpyxl import load_workbook

    data = write_xlsx([Grid("t", ("A", "B"), [("x", "y")], frozenset({"B"}))])
    sheet = load_workbook(io.BytesIO(data))["t"]
    assert (sheet["A1"].font.bold, sheet["B1"].font.bold) == (True, False)
    assert sheet["B1"].font.italic
    assert sheet.freeze_panes == "A2"


def test_a_text_longer_than_a_cell_is_told() -> None:
    with pytest.raises(PlanbenchError, match="longer than a cell"):
        write_xlsx([Grid("t", ("A",), [("x" * 32_768,)])])


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
