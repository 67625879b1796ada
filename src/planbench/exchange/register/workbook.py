"""The register as a workbook: risks, their actions, the scales. What cannot be is refused by row.

A row that is refused never stops the others; the reason names sheet, row and column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.register.entry import (
    PREVENTS,
    Exposure,
    RiskAction,
    RiskEntry,
    Three,
    checked,
)
from planbench.engines.register.scales import Matrix, Scale, matrix_from
from planbench.exchange.portfolio.cells import MISSING, read_cell
from planbench.exchange.tables.sheets import Cell, Grid, read_xlsx, write_xlsx

RISKS, ACTIONS, SCALES, RATINGS = "risks", "actions", "scales", "ratings"
"""Sheets of the workbook."""

_TEXT = (
    "id", "kind", "title", "category", "cause", "event", "effect", "owner", "status",
    "proximity_from", "proximity_to", "activities", "mapping", "parallel", "trigger", "notes",
)  # fmt: skip
_NUMBERS = tuple(
    f"{when}_{name}"
    for when in ("before", "after")
    for name in (
        "probability", "days_low", "days_likely", "days_high",
        "cost_low", "cost_likely", "cost_high",
    )
)  # fmt: skip
_ACTION = (
    "risk", "action", "owner", "activity", "budget", "cost", "due", "state", "side", "works",
)  # fmt: skip
_DATES = ("proximity_from", "proximity_to", "due")


@dataclass(frozen=True)
class RegisterRead:
    """What a workbook gave: entries, its scales where it has any, and why rows were refused."""

    entries: tuple[RiskEntry, ...]
    matrix: Matrix | None
    refused: tuple[str, ...]


def write_register(entries: Iterable[RiskEntry], matrix: Matrix) -> bytes:
    """The workbook that `read_register` reads back as the same entries and scales."""
    several = list(entries)
    risks = Grid(RISKS, (*_TEXT, *_NUMBERS), [_risk_row(entry) for entry in several])
    lines: list[tuple[Cell, ...]] = [
        (e.id, a.text, a.owner, a.activity, a.budget, a.cost, a.due, a.state, a.side, a.works)
        for e in several
        for a in e.actions
    ]
    scales: list[tuple[Cell, ...]] = [
        (name, number, level, scale.bounds[number - 1] if number <= len(scale.bounds) else None)
        for name, scale in (
            ("likelihood", matrix.likelihood),
            ("delay", matrix.delay),
            ("cost", matrix.cost),
        )
        for number, level in enumerate(scale.names, start=1)
    ]
    ratings: list[tuple[Cell, ...]] = [
        (name, *row) for name, row in zip(matrix.likelihood.names, matrix.cells, strict=True)
    ]
    return write_xlsx(
        [
            risks,
            Grid(ACTIONS, _ACTION, lines),
            Grid(SCALES, ("scale", "level", "name", "up_to"), scales),
            Grid(RATINGS, ("likelihood", *matrix.delay.names), ratings),
        ]
    )


def _risk_row(entry: RiskEntry) -> tuple[Any, ...]:
    kind = "opportunity" if entry.opportunity else "threat"
    texts = {
        **{name: getattr(entry, name) for name in _TEXT if hasattr(entry, name)},
        "kind": kind,
        "activities": ";".join(entry.activities),
        "parallel": "yes" if entry.parallel else "",
    }
    after: tuple[float | None, ...] = (None,) * 7
    if entry.after is not None:
        after = _numbers(entry.after)
    return (*(texts[name] or None for name in _TEXT), *_numbers(entry.before), *after)


def _numbers(exposure: Exposure) -> tuple[float, ...]:
    days, cost = exposure.days, exposure.cost
    return (
        exposure.probability,
        *(days.low, days.mode, days.high),
        *(cost.low, cost.mode, cost.high),
    )


def read_register(data: bytes, name: str) -> RegisterRead:
    """Read a workbook; a sheet `risks` with `id` and `title` is needed, all else may be left out.

    Raises ImportRefused when it is no such workbook.
    """
    grids = {grid.name.strip().casefold(): grid for grid in read_xlsx(data, name)}
    if RISKS not in grids:
        raise ImportRefused("there is no sheet 'risks'", name, "Export a register to see one.")
    titles = _titles(grids[RISKS])
    for needed in ("id", "title"):
        if needed not in titles:
            raise ImportRefused(f"there is no column '{needed}'", f"{name}, {RISKS}")
    refused: list[str] = []
    found: dict[str, RiskEntry] = {}
    for line, row in _rows(grids[RISKS], (*_TEXT, *_NUMBERS), refused):
        try:
            entry = checked(_entry(row))
            if entry.id in found:
                raise ModelError("is there twice", f"risk {entry.id}")  # noqa: TRY301
            found[entry.id] = entry
        except ModelError as error:
            refused.append(f"{RISKS}, row {line}: {error.line}")
    if ACTIONS in grids:
        _take_actions(grids[ACTIONS], found, refused)
    matrix = None
    if SCALES in grids:
        try:
            matrix = _matrix(grids, refused)
        except ModelError as error:
            refused.append(f"{SCALES}: {error.line}")
    return RegisterRead(tuple(found.values()), matrix, tuple(refused))


def _titles(grid: Grid) -> list[str]:
    return [title.strip().casefold().replace(" ", "_") for title in grid.titles]


def _rows(
    grid: Grid, known: Sequence[str], refused: list[str]
) -> Iterable[tuple[int, dict[str, Any]]]:
    """(row of the sheet, values by title) of rows that can be read; others are told."""
    titles = _titles(grid)
    for line, cells in enumerate(grid.rows, start=2):
        if all(cell is None for cell in cells):
            continue
        row: dict[str, Any] = {}
        try:
            for title, cell in zip(titles, cells, strict=True):
                if title not in known:
                    continue
                number = title in _NUMBERS or title in ("cost", "level", "up_to", "works")
                kind = "number" if number else "date" if title in _DATES else "text"
                at = title
                value = read_cell(kind, cell)
                if value is not MISSING:
                    row[title] = value
        except ValueError as error:
            refused.append(f"{grid.name}, row {line}, {at}: {error}")
            continue
        yield line, row


def _entry(row: dict[str, Any]) -> RiskEntry:
    texts = {name: row[name] for name in _TEXT if name in row}
    kind = texts.pop("kind", "threat").casefold()
    if kind not in ("threat", "opportunity"):
        raise ModelError(f"'{kind}' is neither threat nor opportunity", f"risk {row.get('id', '')}")
    codes = texts.pop("activities", "").replace(",", ";").split(";")
    parallel = texts.pop("parallel", "").casefold() in ("yes", "true", "1", "x")
    status = texts.pop("status", "open").casefold()
    after = None
    if any(name.startswith("after_") for name in row):
        after = _exposure(row, "after")
    return RiskEntry(
        texts.pop("id", ""),
        texts.pop("title", ""),
        kind == "opportunity",
        status=status,
        activities=tuple(code.strip() for code in codes if code.strip()),
        parallel=parallel,
        before=_exposure(row, "before"),
        after=after,
        **texts,
    )


def _exposure(row: dict[str, Any], when: str) -> Exposure:
    days, cost = (
        Three(
            *(float(row.get(f"{when}_{what}_{point}", 0.0)) for point in ("low", "likely", "high"))
        )
        for what in ("days", "cost")
    )
    return Exposure(float(row.get(f"{when}_probability", 0.0)), days, cost)


def _take_actions(grid: Grid, found: dict[str, RiskEntry], refused: list[str]) -> None:
    for line, row in _rows(grid, _ACTION, refused):
        entry = found.get(str(row.get("risk", "")))
        if entry is None:
            refused.append(f"{grid.name}, row {line}: there is no risk {row.get('risk', 'named')}")
            continue
        try:
            action = RiskAction(
                row.get("action", ""),
                row.get("owner", ""),
                row.get("activity", ""),
                row.get("budget", ""),
                float(row.get("cost", 0.0)),
                row.get("due", ""),
                row.get("state", "planned").casefold(),
                row.get("side", PREVENTS).casefold(),
                float(row.get("works", 0.0)),
            )
            found[entry.id] = checked(replace(entry, actions=(*entry.actions, action)))
        except ModelError as error:
            refused.append(f"{grid.name}, row {line}: {error.line}")


def _matrix(grids: dict[str, Grid], refused: list[str]) -> Matrix:
    names: dict[str, list[str]] = {"likelihood": [], "delay": [], "cost": []}
    bounds: dict[str, list[float]] = {"likelihood": [], "delay": [], "cost": []}
    for line, row in _rows(grids[SCALES], ("scale", "level", "name", "up_to"), refused):
        scale = str(row.get("scale", "")).casefold()
        if scale not in names:
            raise ModelError(f"there is no scale '{scale}'", f"row {line}")
        names[scale].append(str(row.get("name", "")))
        if "up_to" in row:
            bounds[scale].append(row["up_to"])
    given: dict[str, Any] = {
        name: vars(Scale(tuple(names[name]), tuple(bounds[name]))) for name in names
    }
    if RATINGS in grids:
        try:
            given["cells"] = [[int(float(str(c))) for c in row[1:]] for row in grids[RATINGS].rows]
        except ValueError:
            raise ModelError("a rating is not a number from 0 to 4", RATINGS) from None
    return matrix_from(given)
