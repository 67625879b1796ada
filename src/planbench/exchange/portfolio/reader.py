"""Tables to a register: a folder of CSV files, a workbook, or grids that are there already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from planbench.domain.errors import ImportRefused, ModelError
from planbench.engines.portfolio.envelopes import Envelope, Request, Spend
from planbench.engines.portfolio.register import (
    Benefit,
    Budget,
    Delay,
    Driver,
    Factor,
    Fund,
    Gate,
    GroupLimit,
    Judgement,
    Link,
    Named,
    Project,
    Register,
    Role,
    ScoringCriterion,
    Settings,
)
from planbench.exchange.json_text import parsed
from planbench.exchange.portfolio.cells import Month, read_rows
from planbench.exchange.portfolio.layout import NEEDED, TABLES
from planbench.exchange.tables.sheets import Grid, read_csv, read_xlsx

Row = dict[str, Any]
T = TypeVar("T")
SETTINGS_FILE = "portfolio.json"


def read_portfolio(path: Path) -> Register:
    """Read a workbook (.xlsx) or a folder with CSV files and `portfolio.json`.

    Raises ImportRefused for what cannot be read or does not fit together.
    """
    try:
        if path.is_dir():
            grids, settings = _folder(path)
        elif path.is_file() and path.suffix.casefold() == ".xlsx":
            grids, settings = read_xlsx(path.read_bytes(), path.name), {}
        else:
            mend = "Name a workbook (.xlsx) or a folder with CSV files."
            what = "this is no portfolio" if path.exists() else "there is no such file"
            raise ImportRefused(what, str(path), mend)
    except OSError as error:
        raise ImportRefused(f"cannot be read: {error.strerror}", str(path)) from error
    return register_of(grids, path.name, settings)


def _folder(path: Path) -> tuple[list[Grid], Row]:
    grids = [
        read_csv(file.read_bytes(), file.name)
        for file in sorted(path.glob("*.csv"))
        if file.stem.casefold() in TABLES
    ]
    settings = path / SETTINGS_FILE
    if not settings.is_file():
        return grids, {}
    try:
        content = parsed(settings.read_bytes())
    except ValueError as error:
        raise ImportRefused("this is no JSON", SETTINGS_FILE) from error
    if not isinstance(content, dict):
        raise ImportRefused("this is no JSON object", SETTINGS_FILE)
    return grids, content


def register_of(
    grids: Sequence[Grid], name: str, settings: Mapping[str, Any] | None = None
) -> Register:
    """The register that tables describe; `name` is told in errors.

    Raises ImportRefused for cells that cannot be read and ids that do not fit together.
    """
    by_name = {grid.name.strip().casefold().replace(" ", "_"): grid for grid in grids}
    for needed in NEEDED:
        if needed not in by_name:
            raise ImportRefused(f"there is no table '{needed}'", name)
    tables = {
        table: read_rows(by_name[table], columns, name) if table in by_name else []
        for table, columns in TABLES.items()
    }
    given = dict(settings or {})
    given.update({row["key"]: row.get("value", "") for row in tables["settings"]})
    try:
        return Register(
            _settings(given, name),
            _projects(tables, name),
            _roles(tables, name),
            _made(Budget, tables["budgets"]),
            _made(Fund, tables["funds"]),
            _made(Link, tables["dependencies"]),
            _made(GroupLimit, tables["group_limits"]),
            _made(Driver, tables["drivers"]),
            _made(Judgement, tables["driver_judgements"]),
            _made(Factor, tables["strategic_risks"]),
            tuple(_delay(row) for row in tables["delays"]),
            _made(Named, tables["suppliers"]),
            _made(Named, tables["cause_codes"]),
            tuple(_benefit(row) for row in tables["benefits"]),
            tuple(Gate(**{"date": "", **row}) for row in tables["gates"]),
            _made(ScoringCriterion, tables["criteria"]),
            _made(Envelope, tables["envelopes"]),
            _made(Request, tables["requests"]),
            _made(Spend, tables["spending"]),
        )
    except ModelError as error:
        raise ImportRefused(error.what, f"{name}, {error.where}", error.mend) from error


def _made(kind: Callable[..., T], rows: Iterable[Row]) -> tuple[T, ...]:
    return tuple(kind(**row) for row in rows)


def _delay(row: Row) -> Delay:
    blank = {item.name: "" for item in fields(Delay)}
    return Delay(**{**blank, "days_late": 0.0, "cost": 0.0, **row})


def _benefit(row: Row) -> Benefit:
    blank = {"owner_role": "", "kpi": "", "unit": "", "target_date": ""}
    return Benefit(**{**blank, "baseline": 0.0, "target": 0.0, **row})


def _settings(given: Mapping[str, Any], name: str) -> Settings:
    known: Row = {}
    try:
        for item in fields(Settings):
            value = given.get(item.name)
            if value in (None, ""):
                continue
            known[item.name] = _setting(item.name, value, name)
        return Settings(**known)
    except TypeError:
        missing = next(key for key in ("valuation_date", "discount_rate") if key not in known)
        raise ImportRefused(f"the setting '{missing}' is not there", name) from None


def _setting(key: str, value: Any, name: str) -> Any:
    try:
        if key in ("driver_scale", "bucket_targets_pct", "risk_premium_pct"):
            pairs = parsed(value) if isinstance(value, str) else value
            return {str(k): float(v) for k, v in pairs.items()}
        if key == "stage_gates":
            return tuple(value.split(";") if isinstance(value, str) else map(str, value))
        if key in ("discount_rate", "escalation", "risk_aversion"):
            return float(value)
        if key in ("benefits_until", "fiscal_year_start_month"):
            return int(value)
        return str(value)
    except (ValueError, TypeError, AttributeError) as error:
        where = f"{name}, settings, {key}"
        raise ImportRefused(f"the setting cannot be '{value}'", where) from error


def _projects(tables: Mapping[str, list[Row]], name: str) -> tuple[Project, ...]:
    capex = _amounts(tables["capex"], "capex", ("quarter",), name)
    benefits = _amounts(tables["project_benefits"], "project_benefits", ("year",), name)
    for row in tables["demand"]:
        row["monthly"] = isinstance(row["quarter"], Month)
    demand = _amounts(tables["demand"], "demand", ("role", "quarter", "monthly"), name)
    impacts = _amounts(tables["driver_scores"], "driver_scores", ("driver",), name, "impact")
    shares = _amounts(tables["project_funds"], "project_funds", ("fund",), name, "share_pct")
    measures = _amounts(
        tables["criterion_measures"], "criterion_measures", ("criterion",), name, "measure"
    )
    loadings: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in tables["risk_loadings"]:
        loadings[row["project"]][row["driver"]] = (row["cost"], row["benefit"])
    delays: dict[str, set[int]] = defaultdict(set)
    for row in tables["start_options"]:
        delays[row["project"]].add(row["delay"])
    rows = tables["projects"]
    known = {row["id"] for row in rows}
    keyed: dict[str, Mapping[str, Any]] = {
        "capex": capex,
        "project_benefits": benefits,
        "demand": demand,
        "driver_scores": impacts,
        "project_funds": shares,
        "criterion_measures": measures,
        "risk_loadings": loadings,
        "start_options": delays,
    }
    for table, found in keyed.items():
        stray = sorted(set(found) - known)
        if stray:
            raise ImportRefused(f"there is no project '{stray[0]}'", f"{name}, {table}")
    made = []
    for row in rows:
        one = row["id"]
        by_role: dict[str, dict[int, float]] = defaultdict(dict)
        by_month: dict[str, dict[int, float]] = defaultdict(dict)
        for (role, period, monthly), amount in demand.get(one, {}).items():
            (by_month if monthly else by_role)[role][int(period)] = amount
        made.append(
            Project(
                **row,
                delays=tuple(sorted(delays.get(one, {0}))),
                capex={key[0]: value for key, value in capex.get(one, {}).items()},
                benefits={key[0]: value for key, value in benefits.get(one, {}).items()},
                demand=dict(by_role),
                demand_months=dict(by_month),
                fund_shares={key[0]: value / 100 for key, value in shares.get(one, {}).items()},
                measures={key[0]: value for key, value in measures.get(one, {}).items()},
                impacts={key[0]: value for key, value in impacts.get(one, {}).items()},
                loadings=dict(loadings.get(one, {})),
            )
        )
    return tuple(made)


def _amounts(
    rows: list[Row], table: str, keys: tuple[str, ...], name: str, value: str = "amount"
) -> dict[str, dict[tuple[Any, ...], float]]:
    """Amounts by project and key; a key that is there twice is refused."""
    found: dict[str, dict[tuple[Any, ...], float]] = defaultdict(dict)
    for row in rows:
        key = tuple(row[one] for one in keys)
        if key in found[row["project"]]:
            raise ImportRefused(
                f"project {row['project']} has two amounts for the same {_last(keys)}",
                f"{name}, {table}",
                "Keep one of them.",
            )
        found[row["project"]][key] = row[value]
    return found


def _last(keys: tuple[str, ...]) -> str:
    return "period" if keys[-1] == "monthly" else keys[-1]


def _roles(tables: Mapping[str, list[Row]], name: str) -> tuple[Role, ...]:
    capacity: dict[str, dict[int, float]] = defaultdict(dict)
    months: dict[str, dict[int, float]] = defaultdict(dict)
    for row in tables["capacity"]:
        period = row["quarter"]
        (months if isinstance(period, Month) else capacity)[row["role"]][int(period)] = row[
            "amount"
        ]
    stray = sorted({*capacity, *months} - {row["id"] for row in tables["roles"]})
    if stray:
        raise ImportRefused(f"there is no role '{stray[0]}'", f"{name}, capacity")
    return tuple(
        Role(
            **row,
            capacity=capacity.get(row["id"], {}),
            capacity_months=months.get(row["id"], {}),
        )
        for row in tables["roles"]
    )
