"""Interview sheets of a workshop: one workbook a person, filled in before or in the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planbench.domain.errors import ImportRefused
from planbench.exchange.portfolio.cells import MISSING, read_cell
from planbench.exchange.tables.sheets import Cell, Grid, read_xlsx, write_xlsx

SHEET, ABOUT = "interview", "about"

_TITLES = ("id", "activity", "worst_days", "best_days", "likely_days", "why")
_VALUES = {"worst_days": "worst", "best_days": "best", "likely_days": "likely"}

Answer = tuple[int, str, dict[str, Any]]
"""Row of the sheet, id of the activity, values of the opinion by name."""


def write_interview(cards: Sequence[tuple[str, str]]) -> bytes:
    """A sheet to fill in: ids and names, the numbers are left empty on purpose."""
    rows: list[tuple[Cell, ...]] = [(code, name, None, None, None, None) for code, name in cards]
    about: list[tuple[Cell, ...]] = [
        ("name", None),
        ("worst_days", "Remaining working days that one time in ten would not be enough"),
        ("best_days", "Days that one time in ten would be enough"),
        ("likely_days", "Days that happen most often"),
    ]
    return write_xlsx([Grid(SHEET, _TITLES, rows), Grid(ABOUT, ("what", "words"), about)])


def read_interview(data: bytes, name: str) -> tuple[list[Answer], list[str]]:
    """(answers, why rows were refused). Rows without any number were not answered.

    The person is the `name` of the sheet `about`, else the name of the file. Raises ImportRefused.
    """
    grids = {grid.name.strip().casefold(): grid for grid in read_xlsx(data, name)}
    if SHEET not in grids:
        raise ImportRefused(f"there is no sheet '{SHEET}'", name, "Write interview sheets first.")
    who = name.rsplit(".", 1)[0]
    if ABOUT in grids:
        told = {str(row[0]): row[1] for row in grids[ABOUT].rows if len(row) > 1}
        who = str(told.get("name") or who)
    titles = [title.strip().casefold() for title in grids[SHEET].titles]
    for needed in ("id", *_VALUES):
        if needed not in titles:
            raise ImportRefused(f"there is no column '{needed}'", f"{name}, {SHEET}")
    answers: list[Answer] = []
    refused: list[str] = []
    for line, cells in enumerate(grids[SHEET].rows, start=2):
        row = dict(zip(titles, cells, strict=True))
        given = [row[key] for key in _VALUES]
        if all(value is None for value in given):
            continue
        at = "id"
        try:
            code = read_cell("text", row["id"])
            values: dict[str, Any] = {"who": who}
            for at, into in _VALUES.items():
                values[into] = read_cell("number", row[at])
            why = read_cell("text", row.get("why"))
        except ValueError as error:
            refused.append(f"{name}, row {line}, {at}: {error}")
            continue
        if code is MISSING or any(value is MISSING for value in values.values()):
            refused.append(f"{name}, row {line}: worst, best and likely belong together")
            continue
        values["why"] = "" if why is MISSING else why
        answers.append((line, code, values))
    return answers, refused
