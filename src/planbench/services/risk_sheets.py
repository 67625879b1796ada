"""The risk model as a workbook: one sheet a part, one row an entry, titles as in the JSON.

A title is the way to a value in the JSON ("where.wbs", "parameters.low"); lists stand in one cell,
separated by semicolons. What an entry has several of has a sheet of its own whose first column
names the entry: impacts of risks, months and years of weather, paths of branches.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planbench.domain.errors import ModelError, PlanbenchError

if TYPE_CHECKING:
    from planbench.engines.risk.model import RiskModel
    from planbench.exchange.tables.sheets import Cell, Grid

_WHERE = ("where.all", "where.ids", "where.wbs", "where.calendar", "where.code")
_NUMBERS = ("low", "mode", "high", "mean", "sd", "value")
_LAW = ("distribution", *(f"parameters.{name}" for name in _NUMBERS))

SHEETS: dict[str, tuple[str, ...]] = {
    "uncertainty": (*_WHERE, "as", *_LAW),
    "correlation": (*_WHERE, "coefficient"),
    "matrices": ("matrix", "id", "coefficients"),
    "occurrence": ("risks", "coefficient", "exclusive", "if", "probability"),
    "drivers": ("id", "probability", *(f"factor.{name}" for name in _LAW), *_WHERE),
    "risks": (
        "id",
        "title",
        "kind",
        "probability",
        "mode",
        *(f"cost.{name}" for name in _LAW[:4]),
        "mitigated.probability",
        "mitigated.cost_of_action",
        *(f"mitigated.cost.{name}" for name in _LAW[:4]),
    ),
    "impacts": ("risk", "state", *_WHERE, "as", *_LAW),
    "weather": ("weather", *_WHERE, "non_workable", "persistence"),
    "lost days": ("weather", "month", *_LAW),
    "years": ("weather", "days"),
    "existence": (*_WHERE, "probability"),
    "paths": ("branch", *_WHERE, "probability", "when.activity", "when.finish_after"),
    "cost": (
        "id",
        *(f"fixed.{name}" for name in _LAW),
        *(f"per_day.{name}" for name in _LAW),
        *_WHERE,
        "over",
        "at",
        "resource",
        *(f"rate.{name}" for name in _LAW),
        "cbs",
        "currency",
        *(f"escalation.{name}" for name in _LAW[:4]),
    ),
    "currencies": ("id", *_LAW),
    "watch": ("id",),
}
"""Sheets and the titles that a template has; any other value of the JSON gets a title as well."""

_PLAIN = (
    "uncertainty",
    "correlation",
    "occurrence",
    "drivers",
    "existence",
    "cost",
    "currencies",
)
"""Parts whose entries have one row each, matrices aside."""

_TEXTS = (
    "id",
    "title",
    "risk",
    "branch",
    "weather",
    "wbs",
    "calendar",
    "activity",
    "state",
    "if",
    "matrix",
    "at",
    "resource",
    "cbs",
    "currency",
)
_LISTS_OF_NUMBERS = (
    "non_workable",
    "persistence",
    "days",
    "values",
    "weights",
    "probabilities",
    "coefficients",
)

Row = dict[str, Any]


def write_workbook(model: RiskModel, target: Path) -> None:
    """Write a model as a workbook that `read_workbook` reads back as the same model.

    Numbers keep the sixteen digits that a cell holds. An empty model makes an empty template.
    Raises PlanbenchError when it cannot be written.
    """
    from planbench.exchange.tables.sheets import write_xlsx

    grids = _grids(model)
    try:
        target.write_bytes(write_xlsx(grids))
    except OSError as error:
        raise PlanbenchError(f"cannot be written: {error.strerror}", str(target)) from error


def _grids(model: RiskModel) -> list[Grid]:
    from planbench.engines.risk.model import model_json
    from planbench.exchange.tables.sheets import Grid

    tables, grids = _tables(model_json(model)), []
    for name, usual in SHEETS.items():
        rows = tables[name]
        more = [title for row in rows for title in row if title not in usual]
        titles = (*usual, *dict.fromkeys(more))
        grids.append(Grid(name, titles, [tuple(row.get(t) for t in titles) for row in rows]))
    return grids


Texts = list[list[str]]


def model_texts(model: RiskModel) -> dict[str, tuple[tuple[str, ...], Texts]]:
    """(titles, rows of texts) of every sheet, for tables that are typed into."""
    return {
        grid.name: (grid.titles, [[_text(cell) for cell in row] for row in grid.rows])
        for grid in _grids(model)
    }


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return "yes" if cell is True else "" if cell is False else str(cell)


def model_of_texts(texts: Mapping[str, tuple[tuple[str, ...], Texts]]) -> RiskModel:
    """The model that tables as those of `model_texts` say; rows that say nothing are left out.

    Raises ModelError in one line: sheet, row, what is wrong.
    """
    from planbench.engines.risk.model import parse_model
    from planbench.exchange.tables.sheets import Grid

    tables: dict[str, list[Row]] = {}
    for name, (titles, rows) in texts.items():
        cells = [tuple(map(_typed, titles, row)) for row in rows]
        tables[name] = list(_rows(Grid(name, titles, cells), name))
    return parse_model(_joined(tables, "model"))


def _typed(title: str, text: str) -> Cell:
    """What was typed as a number where the title wants one."""
    last = title.rpartition(".")[2]
    words = text.strip()
    if last in (*_TEXTS, *_LISTS_OF_NUMBERS, "ids", "risks", "code", "all", "exclusive"):
        return words or None
    for kind in (int, float):
        try:
            return kind(words)
        except ValueError:
            continue
    return words or None


def read_workbook(path: Path) -> dict[str, Any]:
    """The JSON object of the model in a workbook. Raises ModelError and ImportRefused."""
    from planbench.exchange.tables.sheets import read_xlsx

    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}", str(path)) from error
    tables: dict[str, list[Row]] = {name: [] for name in SHEETS}
    for grid in read_xlsx(data, path.name):
        name = grid.name.strip().lower()
        if name in SHEETS:
            tables[name] = list(_rows(grid, f"{path.name} {grid.name}"))
    if not any(tables.values()):
        raise ModelError(
            "no sheet of it belongs to a risk model",
            path.name,
            f"Known are {', '.join(SHEETS)}; --template writes them.",
        )
    return _joined(tables, path.name)


def _tables(given: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Rows by sheet of the JSON of a model."""
    made: dict[str, list[Row]] = {name: [] for name in SHEETS}
    for name in _PLAIN:
        made[name] = [_flat(item) for item in given[name] if "matrix" not in item]
    matrices = [item for item in given["correlation"] if "matrix" in item]
    made["matrices"] = [
        {"matrix": str(number), "id": code, **_flat({"coefficients": row})}
        for number, item in enumerate(matrices, start=1)
        for code, row in zip(item["ids"], item["matrix"], strict=True)
    ]
    made["watch"] = [{"id": code} for code in given["watch"]]
    for risk in given["risks"]:
        own = {key: value for key, value in risk.items() if key != "impacts"}
        states = {"current": risk["impacts"]}
        if "mitigated" in risk:
            after = dict(risk["mitigated"])
            states["mitigated"] = after.pop("impacts")
            own["mitigated"] = after
        made["risks"].append(_flat(own))
        made["impacts"] += [
            {"risk": risk["id"], "state": state, **_flat(item)}
            for state, impacts in states.items()
            for item in impacts
        ]
    for number, item in enumerate(given["weather"], start=1):
        name, own = str(number), dict(item)
        months, years = own.pop("lost_days", []), own.pop("years", [])
        made["weather"].append({"weather": name, **_flat(own)})
        made["lost days"] += [{"weather": name, **_flat(month)} for month in months]
        made["years"] += [{"weather": name, **_flat({"days": days})} for days in years]
    for branch in given["branches"]:
        made["paths"] += [{"branch": branch["id"], **_flat(path)} for path in branch["paths"]]
    return made


def _joined(tables: Mapping[str, list[Row]], name: str) -> dict[str, Any]:
    """The JSON of a model from its rows."""
    given: dict[str, Any] = {part: tables[part] for part in _PLAIN}
    matrices: dict[str, Any] = {}
    for row in tables["matrices"]:
        own = matrices.setdefault(str(row.get("matrix", "")), {"ids": [], "matrix": []})
        own["ids"].append(row.get("id"))
        own["matrix"].append(row.get("coefficients", []))
    given["correlation"] = [*given["correlation"], *matrices.values()]
    given["watch"] = [row.get("id") for row in tables["watch"]]
    risks = {str(row.get("id")): {**row, "impacts": []} for row in tables["risks"]}
    for risk in risks.values():
        if "mitigated" in risk:
            risk["mitigated"] = {**risk["mitigated"], "impacts": []}
    for row in tables["impacts"]:
        owner = _owner(risks, row, "risk", f"{name} impacts")
        state = row.pop("state", "current")
        if state not in ("current", "mitigated") or (state == "mitigated" and state not in owner):
            raise ModelError(
                f"the state '{state}' of an impact is not possible",
                f"{name} impacts",
                "Write current, or mitigated for a risk with a mitigated probability.",
            )
        (owner["mitigated"] if state == "mitigated" else owner)["impacts"].append(row)
    given["risks"] = list(risks.values())
    skies = {str(row.pop("weather", k)): row for k, row in enumerate(tables["weather"], start=1)}
    for row in tables["lost days"]:
        sky = _owner(skies, row, "weather", f"{name} lost days")
        sky.setdefault("lost_days", []).append(row)
    for row in tables["years"]:
        sky = _owner(skies, row, "weather", f"{name} years")
        sky.setdefault("years", []).append(row.get("days", []))
    for sky in skies.values():
        for key in ("non_workable", "persistence"):
            if len(sky.get(key, ())) == 1:
                sky[key] = sky[key][0]
    given["weather"] = list(skies.values())
    branches: dict[str, Any] = {}
    for row in tables["paths"]:
        code = str(row.pop("branch", ""))
        branches.setdefault(code, {"id": code, "paths": []})["paths"].append(row)
    given["branches"] = list(branches.values())
    return given


def _owner(known: Mapping[str, Row], row: Row, key: str, at: str) -> Row:
    code = str(row.pop(key, ""))
    if code not in known:
        raise ModelError(f"there is no {key} {code or 'named'}", at, f"Give the {key} its row.")
    return known[code]


def _flat(item: Mapping[str, Any], way: str = "") -> Row:
    """Values by dotted title."""
    made: Row = {}
    for key, value in item.items():
        title = f"{way}{key}"
        if key == "code" and isinstance(value, Mapping):
            made[title] = "; ".join(f"{kind} = {code}" for kind, code in value.items())
        elif isinstance(value, Mapping):
            made |= _flat(value, f"{title}.")
        elif isinstance(value, list):
            made[title] = "; ".join(_short(part) for part in value)
        elif title != "of":
            made[title] = value
    return made


def _short(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _rows(grid: Grid, at: str) -> Iterator[Row]:
    """The JSON of each row that says something. Raises ModelError."""
    for line, row in enumerate(grid.rows, start=2):
        made: Row = {}
        for title, cell in zip(grid.titles, row, strict=True):
            value = _value(title, cell, f"{at} row {line}")
            if value is None or not title:
                continue
            *way, last = title.split(".")
            place = made
            for step in way:
                place = place.setdefault(step, {})
            place[last] = value
        if made:
            yield made


def _value(title: str, cell: Cell, at: str) -> Any:
    last = title.rpartition(".")[2]
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, dt.datetime):
        return cell.isoformat()
    if last in ("all", "exclusive"):
        return cell is True or str(cell).strip().lower() in ("yes", "true", "1", "x")
    if last in ("ids", "risks"):
        return _parts(cell)
    if last == "code":
        pairs = [part.partition("=") for part in _parts(cell)]
        return {kind.strip(): code.strip() for kind, _, code in pairs}
    if last in _LISTS_OF_NUMBERS and title != "probability":
        return [_number(part, at) for part in _parts(cell)]
    if last in _TEXTS:
        return _parts(cell)[0] if not isinstance(cell, str) else cell
    return cell if isinstance(cell, str | int | float) else str(cell)


def _parts(cell: Any) -> list[str]:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return [part.strip() for part in str(cell).split(";") if part.strip()]


def _number(text: str, at: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ModelError(f"'{text}' is not a number", at) from error
